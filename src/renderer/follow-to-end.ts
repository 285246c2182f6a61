const POLL_MS = 200;

/** Follows work that main does: asks how far it is, and shows each answer, while it goes on. Gives the last answer. */
export async function followToEnd<Progress>(
  begun: Progress,
  { isOver, show, ask }: FollowOptions<Progress>,
): Promise<Progress> {
  let latest = begun;
  while (!isOver(latest)) {
    show(latest);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    latest = await ask(latest);
  }
  return latest;
}

interface FollowOptions<Progress> {
  readonly isOver: (progress: Progress) => boolean;
  readonly show: (progress: Progress) => void;
  readonly ask: (progress: Progress) => Promise<Progress>;
}
