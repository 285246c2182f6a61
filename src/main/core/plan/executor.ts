import { DEFAULT_QUEUE, type ExecutorChoice } from "../../../shared/model/fleet";
import type { SubtaskDefinition } from "../../../shared/model/plan-definition";

/**
 * The queue of the fleet that a subtask goes to, or null: the console's own host. It decides itself, else its plan,
 * else the database; these two only for what runs a command or a program.
 */
export function queueFor(
  subtask: Pick<SubtaskDefinition, "run" | "program" | "executor" | "queue">,
  plan: ExecutorChoice,
  database: ExecutorChoice,
): string | null {
  const runsSomething = subtask.run !== null || subtask.program !== undefined;
  const executor = executorOf(subtask) ?? (runsSomething ? (executorOf(plan) ?? executorOf(database)) : undefined);
  if (executor !== "fleet") return null;
  return subtask.queue ?? plan.queue ?? database.queue ?? DEFAULT_QUEUE;
}

/** Who names a queue means the fleet. */
function executorOf({ executor, queue }: ExecutorChoice): ExecutorChoice["executor"] {
  return executor ?? (queue === undefined ? undefined : "fleet");
}
