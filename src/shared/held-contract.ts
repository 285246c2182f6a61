import { z } from "zod";
import { priorityInput } from "./model/task-change";
import { operation } from "./operation";

const id = z.string().min(1).max(200);
const reason = z.string().max(2_000).optional();
const task = { taskId: id, reason };

/** Acts that are done a moment later, so that they can be taken back. Each takes what its operation takes. */
const heldAct = z.discriminatedUnion("act", [
  z.strictObject({ act: z.literal("tasks.retry"), ...task }),
  z.strictObject({ act: z.literal("tasks.approve"), ...task }),
  z.strictObject({ act: z.literal("tasks.setPriority"), ...task, priority: priorityInput }),
]);
export type HeldAct = z.output<typeof heldAct>;

const held = z.strictObject({ heldId: id });

/** The window alone knows these: the terminal acts at once. */
export const heldContract = {
  /**
   * Does an act in five seconds, or when the window closes, whichever is first; the `held` push tells how it went. Refused at
   * once when it could not be done now. Until then nothing of it is in the database, and nobody else sees it.
   */
  "acts.hold": operation<{ readonly heldId: string; readonly holdsMs: number }>()(z.strictObject({ act: heldAct })),
  /** It will not be done. False: it was done already. */
  "acts.takeBack": operation<boolean>()(held),
  /** Does it now, and answers when it is done or has failed. */
  "acts.doNow": operation<null>()(held),
} as const;

/** How a held act went. */
export interface HeldOutcome {
  readonly heldId: string;
  /** Null: it is done. */
  readonly error: string | null;
}
