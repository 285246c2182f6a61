import { ON_FAILURE, type OnFailure, SUBTASK_DEFAULTS, WHEN, type When } from "../../../shared/model/plan-definition";
import { jsonObject, textOrNull } from "./columns";

/** Where and when a task runs, and what its failure means, as its specification says. */
export interface TaskNeeds {
  readonly role: string | null;
  readonly capabilities: readonly string[];
  readonly group: string | null;
  readonly onFailure: OnFailure;
  readonly when: When;
}

/** Defaults for what is not there, and for a task without a specification. */
export function parseNeeds(spec: unknown): TaskNeeds {
  if (spec === null || spec === undefined) return SUBTASK_DEFAULTS;
  const { role, capabilities, group, onFailure, when } = jsonObject(spec);
  return {
    role: textOrNull(role),
    capabilities: Array.isArray(capabilities) ? capabilities.filter((one) => typeof one === "string") : [],
    group: textOrNull(group),
    onFailure: ON_FAILURE.find((known) => known === onFailure) ?? SUBTASK_DEFAULTS.onFailure,
    when: WHEN.find((known) => known === when) ?? SUBTASK_DEFAULTS.when,
  };
}
