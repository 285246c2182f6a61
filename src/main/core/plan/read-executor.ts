import { ANY_AGENT } from "../../../shared/model/agent-work";
import { EXECUTORS, type ExecutorChoice, QUEUE_PATTERN } from "../../../shared/model/fleet";
import { type Fields, fault, readText, type Subject, whatIs } from "./reading";

const wholeQueue = new RegExp(QUEUE_PATTERN);

/** Agents whose work a worker of the fleet cannot do: it has no keys, no people and no models. */
const STAYS_HERE: ReadonlySet<string> = new Set(["http", "llm", "approval", ANY_AGENT]);

/** Who carries out the subtasks: `executor` and `queue`, of a plan or a subtask. */
export function readExecutor(subject: Subject, fields: Fields): ExecutorChoice {
  const executorField = fields.get("executor");
  const written = readText(subject, executorField, false);
  const executor = EXECUTORS.find((known) => known === written);
  if (executorField && written !== null && executor === undefined) {
    const problem = `needs ${EXECUTORS.join(" or ")} as "executor", not ${whatIs(executorField.value)}.`;
    fault(subject, "unknown_word", executorField.value, problem);
  }
  const queueField = fields.get("queue");
  const queue = readText(subject, queueField, false);
  if (queueField && queue !== null && !wholeQueue.test(queue)) {
    const rule = "up to 63 letters, digits and ._-, beginning with a letter or digit";
    fault(subject, "bad_queue", queueField.value, `has the queue ${JSON.stringify(queue)}: ${rule}.`);
  } else if (queueField && executor === "local") {
    const problem = 'has a "queue", which only the fleet has, and "executor: local": remove one of the two.';
    fault(subject, "needless_queue", queueField.key, problem);
  }
  return { ...(executor && { executor }), ...(queue !== null && { queue }) };
}

/** As `readExecutor`, for a subtask with this agent; null: it is not known. */
export function readSubtaskExecutor(subject: Subject, fields: Fields, agent: string | null): ExecutorChoice {
  const choice = readExecutor(subject, fields);
  const field = fields.get("executor") ?? fields.get("queue");
  const isForFleet = choice.executor === "fleet" || (choice.executor === undefined && choice.queue !== undefined);
  if (!field || !isForFleet || agent === null) return choice;
  if (STAYS_HERE.has(agent) || subject.reading.agents.get(agent)?.type === "llm") {
    const problem = `is for the fleet, whose workers run commands and programs, and its agent is ${agent}: remove "${field.key.value}".`;
    fault(subject, "not_for_fleet", field.key, problem);
  }
  return choice;
}
