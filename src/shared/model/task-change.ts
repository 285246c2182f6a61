import { z } from "zod";
import { isLegalPlanTransition } from "./plan";
import { isLegalTaskTransition, isTerminalTask, legalTaskTargets, TASK_STATUSES, type TaskStatus } from "./task";

/**
 * `kill`: the processes of a running task are stopped, and it is cancelled when they have. `let_end`: a running task
 * goes on to its end, which stands, and is not retried. What does not run is cancelled at once either way.
 */
export const CANCEL_MODES = ["kill", "let_end"] as const;
export type CancelMode = (typeof CANCEL_MODES)[number];

const PRIORITY_LIMIT = 1_000_000;
export const priorityInput = z.int().min(-PRIORITY_LIMIT).max(PRIORITY_LIMIT);

/** What an operator does to a task, or to each of many. */
export const taskChange = z.discriminatedUnion("act", [
  z.strictObject({ act: z.literal("tasks.retry") }),
  z.strictObject({ act: z.literal("tasks.cancel"), mode: z.enum(CANCEL_MODES).default("kill") }),
  z.strictObject({ act: z.literal("tasks.setPriority"), priority: priorityInput }),
  z.strictObject({ act: z.literal("tasks.approve") }),
  z.strictObject({ act: z.literal("tasks.reject") }),
  z.strictObject({ act: z.literal("tasks.sendBack") }),
  z.strictObject({ act: z.literal("tasks.forceState"), status: z.enum(TASK_STATUSES) }),
]);
export type TaskChange = z.output<typeof taskChange>;
export type TaskChangeName = TaskChange["act"];

/** What decides whether a change applies to a task. */
export interface TaskFacts {
  /** As stored. */
  readonly status: string;
  /** A process that the console knows works on it. */
  readonly live: boolean;
  /** What its running attempt was asked. */
  readonly stopRequested: string | null;
  /** A worker of another program says, with a fresh heartbeat, that it works on it. */
  readonly isHeld: boolean;
  readonly priority: number;
  /** The plan that it belongs to, when the console runs that one. */
  readonly plan: { readonly status: string; readonly cancelling: boolean } | null;
}

/** Why a task is left alone. */
const SKIP_REASONS = [
  "wrong_state",
  "already",
  "running",
  "plan_cancelling",
  "plan_closed",
  "changed",
  "gone",
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface Skip {
  readonly touch: false;
  readonly reason: SkipReason;
  /** For people: what holds for every task of this status that is left alone for this reason. */
  readonly message: string;
}

export type Verdict = { readonly touch: true; readonly becomes: string } | Skip;

const touch = (becomes: string): Verdict => ({ touch: true, becomes });
const skip = (reason: SkipReason, message: string): Skip => ({ touch: false, reason, message });

export const RETRYABLE: readonly TaskStatus[] = ["failed", "cancelled", "rework_needed", "escalated"];

/** The states that a review leads through: in a plan of the console's to where the task stays, else one step. */
export const REVIEW_STEPS: Readonly<
  Record<
    "tasks.approve" | "tasks.reject" | "tasks.sendBack",
    { readonly ours: readonly TaskStatus[]; readonly foreign: readonly TaskStatus[] }
  >
> = {
  "tasks.approve": { ours: ["completed"], foreign: ["approved"] },
  "tasks.reject": { ours: ["rejected", "failed"], foreign: ["rejected"] },
  "tasks.sendBack": { ours: ["rework_needed"], foreign: ["rework_needed"] },
};

/** Whether a change applies to a task, and what becomes of it then. The same for a preview and for the act. */
export function judge(change: TaskChange, facts: TaskFacts): Verdict {
  switch (change.act) {
    case "tasks.retry":
      return judgeRetry(facts);
    case "tasks.cancel":
      return judgeCancel(facts, change.mode);
    case "tasks.setPriority":
      return judgePriority(facts, change.priority);
    case "tasks.forceState":
      return judgeForce(facts, change.status);
    default:
      return judgeReview(change.act, facts);
  }
}

function judgeRetry(facts: TaskFacts): Verdict {
  const { status } = facts;
  if (!(RETRYABLE as readonly string[]).includes(status)) {
    const only = "only one that failed, was cancelled or escalated, or needs rework, is retried";
    // Its results are what others went on with: they are to run again as well.
    const way = status === "completed" ? " Retry from it on (--from) to run it and all that depends on it again." : "";
    return skip("wrong_state", `It cannot be retried: it is ${status}, and ${only}.${way}`);
  }
  return planInTheWay(facts) ?? touch("queued");
}

/** Why a task's plan does not let it run again: its end would have to be undone. */
export function planInTheWay({ plan }: TaskFacts): Skip | null {
  if (plan === null) return null;
  if (plan.status === "executing") {
    if (!plan.cancelling) return null;
    const wait = "wait until its tasks have stopped, then try again";
    return skip("plan_cancelling", `Its plan is being cancelled: ${wait}.`);
  }
  if (isLegalPlanTransition(plan.status, "executing")) return null;
  return skip("plan_closed", `Its plan is ${plan.status} and is not taken up again.`);
}

function judgeCancel({ status, live, stopRequested }: TaskFacts, mode: CancelMode): Verdict {
  if (!isLegalTaskTransition(status, "cancelled", "operator")) {
    return skip("wrong_state", isTerminalTask(status) ? "It has ended already." : wayOut(status));
  }
  if (!live) return touch("cancelled");
  if (stopRequested === "cancel" || (stopRequested === "timeout" && mode === "kill")) {
    return skip("already", "It was asked to stop already.");
  }
  if (mode === "kill") return touch("stopping");
  return stopRequested === null ? touch("in_progress") : skip("already", "It is not retried already.");
}

function judgePriority({ status, priority }: TaskFacts, wanted: number): Verdict {
  if (isTerminalTask(status)) return skip("wrong_state", `It has ended: it is ${status}, and its priority is history.`);
  return priority === wanted ? skip("already", `Its priority is ${wanted} already.`) : touch(status);
}

function judgeReview(act: keyof typeof REVIEW_STEPS, { status, plan }: TaskFacts): Verdict {
  const steps = plan === null ? REVIEW_STEPS[act].foreign : REVIEW_STEPS[act].ours;
  let from = status;
  for (const to of steps) {
    if (!isLegalTaskTransition(from, to, "operator")) {
      return skip("wrong_state", `It does not wait for a decision: it is ${status}.`);
    }
    from = to;
  }
  return touch(from);
}

function judgeForce(facts: TaskFacts, wanted: TaskStatus): Verdict {
  const { status, live, isHeld } = facts;
  if (status === wanted) return skip("already", `It is ${wanted} already.`);
  if (live) return skip("running", "A process works on it: cancel it first, and wait until it has stopped.");
  if (isHeld) return skip("running", "A worker of another program works on it: cancel it first.");
  return planInTheWay(facts) ?? touch(wanted);
}

function wayOut(status: string): string {
  const legal = legalTaskTargets(status);
  if (legal.length > 0) return `It cannot be cancelled: from ${status} it may go to ${legal.join(", ")}.`;
  return `It cannot be cancelled: nobody here knows the status ${status}. Force it to another one.`;
}
