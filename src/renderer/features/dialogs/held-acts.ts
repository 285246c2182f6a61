import { create } from "zustand";
import type { HeldAct } from "../../../shared/held-contract";
import { call, messageOf, on } from "../../api";
import { type HeldToast, toast } from "../../ui/toast";

interface HeldWords {
  /** While it can be taken back: "Retrying Build". */
  readonly doing: string;
  /** "Build is queued again". */
  readonly done: string;
  /** "Could not retry Build". */
  readonly failed: string;
  /** What follows from it. */
  readonly consequence?: string;
  /** Leads to what it was done to, from where that is not on screen. */
  readonly show?: () => void;
}

interface Pending {
  readonly act: HeldAct;
  readonly words: HeldWords;
  readonly toast: HeldToast;
}

interface HeldState {
  /** By the name that main gave it. */
  readonly pending: ReadonlyMap<string, Pending>;
}

const usePendingActs = create<HeldState>()(() => ({ pending: new Map() }));

function forget(heldId: string): void {
  usePendingActs.setState(({ pending }) => ({ pending: new Map([...pending].filter(([id]) => id !== heldId)) }));
}

async function takeBack(heldId: string): Promise<void> {
  const words = usePendingActs.getState().pending.get(heldId)?.words;
  forget(heldId);
  try {
    if (!(await call("acts.takeBack", { heldId })) && words !== undefined) {
      toast.info(words.done, { description: "It was done before it could be taken back." });
    }
  } catch (error) {
    toast.error("It could not be taken back", { description: messageOf(error) });
  }
}

/**
 * Does an act a moment from now, with Undo until then: for acts that cannot be taken back once others have seen them. The same
 * act on the same task takes the place of the one that waits.
 */
export async function holdAct(act: HeldAct, words: HeldWords): Promise<void> {
  const { pending } = usePendingActs.getState();
  for (const [heldId, other] of pending) {
    if (other.act.act !== act.act || other.act.taskId !== act.taskId) continue;
    other.toast.close();
    forget(heldId);
    await call("acts.takeBack", { heldId });
  }
  try {
    const { heldId } = await call("acts.hold", { act });
    const shown = toast.hold(words.doing, {
      description: words.consequence,
      undo: () => void takeBack(heldId),
      onDismiss: () => void call("acts.doNow", { heldId }),
    });
    usePendingActs.setState((state) => ({ pending: new Map(state.pending).set(heldId, { act, words, toast: shown }) }));
  } catch (error) {
    toast.error(words.failed, { description: messageOf(error) });
  }
}

/** What is about to be done to a task; null: nothing. */
export function useHeldAct(taskId: string): HeldAct | null {
  return usePendingActs(({ pending }) => {
    for (const { act } of pending.values()) if (act.taskId === taskId) return act;
    return null;
  });
}

/** Tells how held acts went until the returned function is called. */
export function followHeldActs(): () => void {
  return on("held", ({ heldId, error }) => {
    const known = usePendingActs.getState().pending.get(heldId);
    if (known === undefined) return;
    forget(heldId);
    const { done, failed, show } = known.words;
    if (error === null) known.toast.succeed(done, show === undefined ? undefined : { label: "Show", run: show });
    else known.toast.fail(failed, error);
  });
}
