import { setTimeout as delay } from "node:timers/promises";

export interface WaitOptions {
  /** How long to wait before giving up, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** How often to look, in milliseconds. Default 10. */
  readonly intervalMs?: number;
}

/**
 * Waits until `look` answers something that is neither false, null nor undefined, and answers it.
 * @param what completes "Waited in vain for ..."
 */
export async function waitFor<Answer>(
  what: string,
  look: () => Answer | Promise<Answer>,
  { timeoutMs = 10_000, intervalMs = 10 }: WaitOptions = {},
): Promise<NonNullable<Exclude<Answer, false>>> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await look();
    if (answer !== false && answer !== null && answer !== undefined) {
      return answer as NonNullable<Exclude<Answer, false>>;
    }
    if (performance.now() > end) throw new Error(`Waited in vain for ${what} (${timeoutMs} ms)`);
    await delay(intervalMs);
  }
}
