/** What a payload says about the task's place in a plan, in any of upstream's spellings. */
export interface PayloadKeys {
  readonly planId: string | null;
  readonly subtaskId: string | null;
  readonly dependencies: readonly string[];
  readonly correlationId: string | null;
}

export function payloadKeys(payload: unknown): PayloadKeys {
  const keys = typeof payload === "object" && payload !== null ? new Map(Object.entries(payload)) : new Map();
  return {
    planId: idOrNull(keys.get("plan_id")) ?? idOrNull(keys.get("parent_plan_id")),
    subtaskId: idOrNull(keys.get("subtask_id")),
    dependencies: idList(keys.get("dependencies") ?? keys.get("depends_on")),
    correlationId: idOrNull(keys.get("correlation_id")),
  };
}

/** Python programs write ids as numbers, too. */
export function idOrNull(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  return typeof value === "number" ? String(value) : null;
}

export function idList(value: unknown): string[] {
  return Array.isArray(value) ? value.flatMap((item) => idOrNull(item) ?? []) : [];
}
