import { HiveError } from "../../../shared/errors";
import { findCycles, topologicalOrder } from "./graph";
import { idList, idOrNull } from "./payload-keys";

/** One subtask as upstream's planners describe it in `execution_plans.plan_data`. */
export interface PlannedSubtask {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly taskType: string;
  readonly priority: number;
  /** Subtask ids of the same plan, or ids of tasks. */
  readonly dependencies: readonly string[];
  /** Null: nobody was named. */
  readonly assignee: string | null;
  /** Null: none. */
  readonly workflow: Readonly<Record<string, unknown>> | null;
  /** What older programs read from the payload: complexity, required skills and so on, as given. */
  readonly extras: Readonly<Record<string, unknown>>;
}

const EXTRAS = ["complexity", "estimated_duration", "workflow_phase", "required_skills", "deliverables"] as const;

/**
 * Reads the subtasks of a plan, `subtasks` or `sub_tasks`, each after those that it depends on and otherwise as
 * given. Throws `invalid_plan` for anything that no list of subtasks can be made of: text that is no JSON, a
 * subtask without id, an id given twice, a cycle.
 */
export function readPlanData(planId: string, raw: string): PlannedSubtask[] {
  const refuse = (what: string, more: Readonly<Record<string, unknown>> = {}): never => {
    throw new HiveError(
      "invalid_plan",
      `The plan data of plan ${planId} ${what}. Nothing was created. Correct execution_plans.plan_data, then try again.`,
      { planId, ...more },
    );
  };
  const data = parsed(raw) ?? refuse("is not a JSON object");
  const list = data.get("subtasks") ?? data.get("sub_tasks") ?? [];
  if (!Array.isArray(list)) return refuse("has subtasks that are not a list");
  const subtasks = new Map<string, PlannedSubtask>();
  for (const [index, item] of list.entries()) {
    const fields = entriesOf(item) ?? refuse(`has something at place ${index + 1} of its subtasks that is no object`);
    const id =
      idOrNull(fields.get("id")) ??
      idOrNull(fields.get("subtask_id")) ??
      refuse(`has a subtask without id, at place ${index + 1}`);
    if (subtasks.has(id)) refuse(`has two subtasks with the id "${id}"`, { subtaskId: id });
    subtasks.set(id, readSubtask(id, fields));
  }
  const nodes = [...subtasks.values()];
  const order = topologicalOrder(nodes);
  if (order) return order.flatMap((id) => subtasks.get(id) ?? []);
  const cycle = findCycles(nodes)[0] ?? [];
  const shown = [...cycle, ...cycle.slice(0, 1)].slice(0, MOST_SHOWN).map((id) => `"${id}"`);
  return refuse(`has subtasks that wait for each other: ${shown.join(" → ")}`, { cycle: cycle.slice(0, MOST_SHOWN) });
}

/** A message stays readable whatever the length of its cycle. */
const MOST_SHOWN = 12;

type Fields = ReadonlyMap<string, unknown>;

function parsed(raw: string): Fields | null {
  try {
    return entriesOf(JSON.parse(raw));
  } catch {
    return null;
  }
}

function entriesOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : null;
}

function readSubtask(id: string, fields: Fields): PlannedSubtask {
  const words = (key: string) => {
    const value = fields.get(key);
    return typeof value === "string" && value !== "" ? value : null;
  };
  const priority = fields.get("priority");
  const workflow = entriesOf(fields.get("workflow"));
  return {
    id,
    title: words("title") ?? "Planned Subtask",
    description: words("description") ?? "",
    taskType: words("task_type") ?? words("taskType") ?? "planned",
    priority: typeof priority === "number" && Number.isFinite(priority) ? Math.trunc(priority) : 1,
    dependencies: [...new Set(idList(fields.get("dependencies") ?? fields.get("depends_on")))],
    assignee: words("assignee"),
    workflow: workflow && workflow.size > 0 ? Object.fromEntries(workflow) : null,
    extras: Object.fromEntries(EXTRAS.flatMap((key) => (fields.has(key) ? [[key, fields.get(key)]] : []))),
  };
}
