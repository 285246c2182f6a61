import { HiveError } from "../../../shared/errors";
import type { RunnerInfo } from "../../../shared/model/views";
import type { TaskWhy, WhyGate, WhyRow, WhyStep } from "../../../shared/model/why";
import { workerCommand } from "../plan/capacity";
import { isAlive } from "../process-identity";
import type { Store } from "../store/open";
import { gatherFacts, type WhyFacts } from "./why-facts";
import { judgeGates, sameForAll, toGate } from "./why-gates";
import { noRetryWords } from "./why-no-retry";
import { ageWords, countWords, endOfSentence } from "./why-words";

export interface WhyRequest {
  readonly taskId: string;
}

/**
 * Why a task runs, does not run, or did not end well. Every gate is judged, also behind one that holds: what else is
 * in the way is known at once. `runner`: this process's part in running tasks, where it has one. Throws `not_found`.
 */
export function explainTask(store: Store, { taskId }: WhyRequest, runner: RunnerInfo | null = null): TaskWhy {
  const facts = gatherFacts(store, taskId, runner);
  if (facts === null) {
    throw new HiveError("not_found", `There is no task ${taskId} in ${store.file}. It may have been deleted.`, {
      taskId,
    });
  }
  const { task, ahead, now } = facts;
  const answer = answerFor(facts);
  return {
    taskId: task.id,
    subtaskId: task.subtaskId,
    planId: task.planId,
    title: task.title,
    status: task.status,
    state: task.state,
    ...answer,
    ahead,
    at: now,
  };
}

type Answer = Pick<TaskWhy, "headline" | "gates" | "steps">;

function answerFor(facts: WhyFacts): Answer {
  const { task } = facts;
  switch (task.status) {
    case "queued":
      return whyQueued(facts);
    case "assigned":
    case "in_progress":
      return whyRunning(facts);
    case "completed":
      return past(facts, `It completed${attemptWords(facts)}.`, "passes");
    case "failed":
      return whyFailed(facts);
    case "cancelled":
      return whyCancelled(facts);
    case "review_pending":
    case "approved":
    case "rejected":
    case "rework_needed":
    case "escalated":
      return whyWithPerson(facts);
    default:
      return past(facts, `Nobody knows the status "${task.status}": another program has set it.`, "holds");
  }
}

/** While one of these holds, what else is in the way may have changed by the time it does not. */
const FIRST_GATES: ReadonlySet<string> = new Set(["dependencies", "when", "retry_time", "plan"]);

function whyQueued(facts: WhyFacts): Answer {
  const { task } = facts;
  const gates = [
    toGate("task", "Task", {
      verdict: "passes",
      detail:
        task.attempts === 0
          ? "It is queued and has not begun."
          : `It is queued again after ${countWords(task.attempts, "attempt")}.`,
    }),
    ...judgeGates(facts),
  ];
  const held = gates.filter(({ verdict }) => verdict === "holds");
  const [first, second] = held;
  const isAlone =
    second === undefined || second.gate === "turn" || (first !== undefined && FIRST_GATES.has(first.gate));
  const headline =
    first === undefined
      ? "Nothing holds it: it starts at any moment."
      : isAlone
        ? first.detail
        : `${first.detail} ${second.detail}`;
  return { headline, gates, steps: held.flatMap((gate) => stepsFor(gate, facts)) };
}

/** What an operator can do about a gate that holds. */
function stepsFor({ gate }: WhyGate, { task, plan, roots, open, workers, dispatcher }: WhyFacts): WhyStep[] {
  const first = roots[0];
  const planId = plan?.id ?? null;
  switch (gate) {
    case "dependencies": {
      if (first !== undefined) return [retryStep(first.id, first.title)];
      const waiting = open.find(({ state }) => state === "review_pending" || state === "escalated");
      return waiting === undefined ? [] : [decideStep(waiting.id, waiting.title)];
    }
    case "plan":
      if (plan?.pausedAt != null && plan.cancelRequestedAt === null) {
        return [step("plans.resume", planId, `Resume ${plan.title}`, `hive plan resume ${plan.id}`)];
      }
      return plan?.isOurs && ["draft", "generated", "approved"].includes(plan.status)
        ? [step("plans.start", planId, `Start ${plan.title}`, `hive plan start ${plan.id}`)]
        : [];
    case "worker":
      return [step(null, null, "Start a worker that can", workerCommand(task.needs))];
    case "drained": {
      const resting = workers.find((one) => one.drained);
      return resting === undefined
        ? []
        : [step("workers.undrain", resting.id, `Let ${resting.id} take tasks`, `hive worker undrain ${resting.id}`)];
    }
    case "dispatcher":
      return planId === null || dispatcher?.alive === true
        ? []
        : [step(null, null, "Open the window, or run it here", `hive plan watch ${planId}`)];
    default:
      return [];
  }
}

function whyRunning(facts: WhyFacts): Answer {
  const { task, now, workers } = facts;
  const { run } = task;
  const worker = workers.find(({ id }) => id === task.workerId);
  const alive = run === null || run.pid === null ? null : isAlive(run);
  const since = run?.startedAt == null ? "" : ` for ${ageWords(now - run.startedAt)}`;
  const where = task.workerId === null ? "" : ` on ${task.workerId}`;
  const doing = task.status === "assigned" ? `It is assigned${where} and has not begun` : `It runs${where}${since}`;
  const rows: WhyRow[] = [
    ...(worker === undefined
      ? []
      : [{ kind: "worker", id: worker.id, title: worker.id, state: worker.state, note: "" } as const]),
    ...(run === null
      ? []
      : [{ kind: "run", id: run.id, title: `attempt ${task.attempts}`, state: run.status, note: "" } as const]),
    ...(run?.pid == null
      ? []
      : [
          {
            kind: "process",
            id: String(run.pid),
            title: `process ${run.pid}`,
            state: aliveWords(alive),
            note: run.host ?? "",
          } as const,
        ]),
  ];
  const trouble = troubleOf(alive, worker?.state);
  const stopping = run?.stopRequested ? " It was asked to stop and ends when its processes are gone." : "";
  const headline = `${doing}, attempt ${task.attempts} of ${task.maxAttempts}.${stopping}${trouble === null ? "" : ` ${trouble}`}`;
  return {
    headline,
    gates: [
      toGate("task", "Task", { verdict: trouble === null ? "passes" : "holds", detail: trouble ?? headline, rows }),
      ...sameForAll("passes", "Passed when it began."),
    ],
    steps: [step("tasks.cancel", task.id, `Cancel ${task.title}`, `hive task cancel ${task.id}`)],
  };
}

function troubleOf(alive: boolean | null, workerState: string | undefined): string | null {
  if (alive === false) return "Its process is gone: whoever dispatches will notice and record that.";
  if (workerState === "dead" || workerState === "zombie")
    return "Its worker's process is gone: the attempt will be taken back.";
  if (workerState === "stale") return "Its worker has missed its heartbeats.";
  if (workerState === "offline") return "Its worker has said goodbye: the attempt will be taken back.";
  return null;
}

const aliveWords = (alive: boolean | null): string => (alive === null ? "unknown" : alive ? "lives" : "gone");

function whyFailed(facts: WhyFacts): Answer {
  const { task } = facts;
  const { run } = task;
  const error = task.reason ?? run?.error ?? "it left no reason";
  const passed = task.needs.onFailure === "continue" ? "Its plan goes on without it." : "";
  const words = [`It failed: ${endOfSentence(error)}`, noRetry(facts), passed].filter((word) => word !== "");
  const answer = past(facts, words.join(" "), "holds");
  const log = run === null ? [] : [step("runs.readLog", run.id, "Read its log", `hive run-log ${run.id}`)];
  return { ...answer, steps: [...log, retryStep(task.id, task.title)] };
}

function noRetry({ task }: WhyFacts): string {
  const { attempts, maxAttempts, retries, run } = task;
  const { status = null, exitCode = null, wasAsked = false } = run ?? {};
  return noRetryWords({ attempts, maxAttempts, retries, outcome: status, exitCode, wasAsked });
}

function whyCancelled(facts: WhyFacts): Answer {
  const { task } = facts;
  if (task.skipped)
    return past(facts, task.reason === null ? "It was not needed." : endOfSentence(task.reason), "passes");
  const reason = task.reason === null ? "nobody gave a reason" : task.reason;
  return {
    ...past(facts, `It was cancelled: ${endOfSentence(reason)}`, "holds"),
    steps: [retryStep(task.id, task.title)],
  };
}

const WITH_PERSON: Readonly<Record<string, string>> = {
  review_pending: "It waits for a person to approve or reject it.",
  approved: "It was approved; its worker has not ended it yet.",
  rejected: "It was rejected: give it a second chance, or let it fail.",
  rework_needed: "It was sent back for changes and waits to be retried.",
  escalated: "It failed and a person must decide: retry it, approve it, reject it or cancel it.",
};

function whyWithPerson(facts: WhyFacts): Answer {
  const { task } = facts;
  const because = task.reason === null ? "" : ` ${endOfSentence(task.reason)}`;
  const final = task.status === "escalated" ? noRetry(facts) : "";
  const words = `${WITH_PERSON[task.status] ?? ""}${because}${final === "" ? "" : ` ${final}`}`;
  const answer = past(facts, words, "holds");
  const again = task.status === "rework_needed" || task.status === "rejected" || task.status === "escalated";
  const decide = task.status === "review_pending" || task.status === "escalated";
  return {
    ...answer,
    steps: [...(decide ? [decideStep(task.id, task.title)] : []), ...(again ? [retryStep(task.id, task.title)] : [])],
  };
}

/** For a task that is beyond the gates, or was ended before it came to them. */
function past(facts: WhyFacts, headline: string, verdict: "passes" | "holds"): Answer {
  const { task } = facts;
  const { run } = task;
  const rows: WhyRow[] =
    run === null
      ? []
      : [{ kind: "run", id: run.id, title: `attempt ${task.attempts}`, state: run.status, note: exitWords(facts) }];
  const others =
    run === null && task.attempts === 0 && task.status !== "completed" && task.status !== "review_pending"
      ? sameForAll("not_reached", "It ended before it came to this.")
      : sameForAll("passes", "Passed when it began.");
  return { headline, gates: [toGate("task", "Task", { verdict, detail: headline, rows }), ...others], steps: [] };
}

function exitWords({ task: { run } }: WhyFacts): string {
  if (run?.signal != null) return `ended by ${run.signal}`;
  return run?.exitCode == null ? "" : `exit code ${run.exitCode}`;
}

function attemptWords({ task: { attempts } }: WhyFacts): string {
  return attempts > 1 ? ` at attempt ${attempts}` : "";
}

function step(operation: string | null, id: string | null, label: string, command: string): WhyStep {
  return { operation, id, label, command };
}

const retryStep = (id: string, title: string): WhyStep =>
  step("tasks.retry", id, `Retry ${title}`, `hive task retry ${id}`);
const decideStep = (id: string, title: string): WhyStep =>
  step("tasks.approve", id, `Decide ${title}`, `hive task approve ${id}   (or: reject, send-back)`);
