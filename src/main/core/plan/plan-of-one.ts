import type { PlanDefinition, SubtaskDefinition } from "../../../shared/model/plan-definition";

/** A plan of that one task, under its title; it needs nothing and says nothing of its own. */
export function planOfOne(subtask: SubtaskDefinition, description: string): PlanDefinition {
  return {
    title: subtask.title,
    description,
    parameters: [],
    env: {},
    cwd: ".",
    concurrency: null,
    groups: {},
    synthesis: null,
    subtasks: [subtask],
  };
}
