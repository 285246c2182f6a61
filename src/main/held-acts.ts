import type { Handlers } from "../shared/contract";
import { HiveError, toErrorBody } from "../shared/errors";
import type { HeldAct, HeldOutcome } from "../shared/held-contract";
import type { TaskChange } from "../shared/model/task-change";

/** Long enough to see what was done and to press one key. */
export const HOLD_MS = 5_000;

export interface HeldActsOptions {
  /** Refuses, by throwing, what could not be done now. */
  readonly check: (act: HeldAct) => Promise<void>;
  readonly perform: (act: HeldAct) => Promise<void>;
  readonly tell: (outcome: HeldOutcome) => void;
  readonly holdMs?: number;
}

/** Acts that wait a moment before they are done. */
export interface HeldActs {
  /** Resolves with the act's name here. */
  hold(act: HeldAct): Promise<string>;
  /** False: it was done already, or is being done. */
  takeBack(heldId: string): boolean;
  doNow(heldId: string): Promise<void>;
  /** Does all that are held, in the order in which they were asked for. Never rejects. */
  flush(): Promise<void>;
}

interface Held {
  readonly act: HeldAct;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * Holds acts in this process and not in the page: one that reloads, crashes or closes loses none of them. A process that is
 * killed does: nothing was promised yet, and nothing is half done.
 */
export function createHeldActs({ check, perform, tell, holdMs = HOLD_MS }: HeldActsOptions): HeldActs {
  const held = new Map<string, Held>();
  const underWay = new Map<string, Promise<void>>();
  let count = 0;

  function commit(heldId: string): Promise<void> {
    const found = held.get(heldId);
    if (found === undefined) return underWay.get(heldId) ?? Promise.resolve();
    held.delete(heldId);
    clearTimeout(found.timer);
    const done = perform(found.act).then(
      () => tell({ heldId, error: null }),
      (error: unknown) => tell({ heldId, error: toErrorBody(error).message }),
    );
    underWay.set(heldId, done);
    return done.finally(() => underWay.delete(heldId));
  }

  return {
    async hold(act) {
      await check(act);
      count += 1;
      const heldId = `held-${count}`;
      held.set(heldId, { act, timer: setTimeout(() => void commit(heldId), holdMs) });
      return heldId;
    },
    takeBack(heldId) {
      const found = held.get(heldId);
      if (found === undefined) return false;
      clearTimeout(found.timer);
      return held.delete(heldId);
    },
    doNow: commit,
    async flush() {
      await Promise.all([...[...held.keys()].map(commit), ...underWay.values()]);
    },
  };
}

const changeOf = (act: HeldAct): TaskChange =>
  act.act === "tasks.setPriority" ? { act: act.act, priority: act.priority } : { act: act.act };

/** The operations that judge and do the same at once. */
type Doers = Pick<Handlers, "acts.preview"> & {
  readonly [Act in HeldAct["act"]]: (input: Parameters<Handlers[Act]>[0]) => unknown;
};

/** Judges and does held acts by the operations that do them at once. */
export function heldByHandlers(handlers: Doers): Pick<HeldActsOptions, "check" | "perform"> {
  return {
    async check(act) {
      const { taskId } = act;
      const of = { act: "tasks", change: changeOf(act), filter: { ids: [taskId] } } as const;
      const { count, refusal, skipped } = await handlers["acts.preview"]({ of, limit: 0 });
      if (count > 0 && refusal === null) return;
      const why = refusal?.message ?? skipped[0]?.message ?? "The task is not in the database any more.";
      throw new HiveError("not_allowed", why, { taskId });
    },
    async perform(act) {
      const { taskId, reason } = act;
      if (act.act === "tasks.setPriority") {
        await handlers["tasks.setPriority"]({ taskId, reason, priority: act.priority });
      } else await handlers[act.act]({ taskId, reason });
    },
  };
}

/** What answers the page. */
export function heldHandlers(acts: HeldActs) {
  return {
    "acts.hold": async ({ act }) => ({ heldId: await acts.hold(act), holdsMs: HOLD_MS }),
    "acts.takeBack": ({ heldId }) => acts.takeBack(heldId),
    "acts.doNow": async ({ heldId }) => {
      await acts.doNow(heldId);
      return null;
    },
  } satisfies Partial<Handlers>;
}
