import { queueOf } from "../../../shared/model/fleet";
import { integer } from "./columns";
import { statement, type WritableDatabase } from "./database";
import type { NewPlan } from "./launch";
import type { TaskSpec } from "./task-spec";

/*
 * A lane holds the ready tasks that ask for the same: a place in a concurrency group, a worker's role, capabilities.
 * A claim looks at lanes, not at the tasks in them, so what cannot start now costs it nothing.
 */

const FIND = "SELECT lane FROM console_lanes WHERE group_name = ? AND role = ? AND capabilities = ? AND plan_id = ?";
const ADD = "INSERT INTO console_lanes (group_name, role, capabilities, plan_id) VALUES (?, ?, ?, ?)";
// The newest plan that names a group says how large it is.
const NOTE_GROUP = `INSERT INTO console_groups (name, capacity) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET capacity = excluded.capacity`;

/**
 * Answers the lanes of a plan's tasks, made where missing; null for a task that asks for nothing, or has no work and is
 * none of the fleet's.
 */
export function laneReader(
  tx: WritableDatabase,
  { id, concurrency }: Pick<NewPlan, "id" | "concurrency">,
): (spec: TaskSpec) => number | null {
  const lanes = new Map<string, number>();
  return ({ agent, group, role, capabilities }) => {
    if (group === null && role === null && capabilities.length === 0) return null;
    if (agent === "approval" || (agent === "noop" && queueOf(capabilities) === null)) return null;
    const needed = JSON.stringify([...new Set(capabilities)].sort());
    const key = [group ?? "", role ?? "", needed, concurrency === null ? "" : id];
    const known = lanes.get(JSON.stringify(key));
    if (known !== undefined) return known;
    const row = statement(tx, FIND).get(...key);
    const lane = row ? integer(row.lane) : Number(statement(tx, ADD).run(...key).lastInsertRowid);
    lanes.set(JSON.stringify(key), lane);
    return lane;
  };
}

/** Keeps the limits of the groups that a plan names; its limits hold for every plan of the database. */
export function noteGroups(tx: WritableDatabase, { groups, tasks }: Pick<NewPlan, "groups" | "tasks">): void {
  const named = new Set([...Object.keys(groups), ...tasks.flatMap(({ spec }) => spec.group ?? [])]);
  for (const name of named) {
    statement(tx, NOTE_GROUP).run(name, Object.hasOwn(groups, name) ? groups[name] : 1);
  }
}
