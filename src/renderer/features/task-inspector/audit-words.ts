import type { AuditRow } from "../../../shared/model/log-views";

export interface AuditChange {
  readonly key: string;
  /** As text; empty: it was not there. */
  readonly before: string;
  /** As text; empty: it is no more. */
  readonly after: string;
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const words = (value: unknown): string => {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** What an act changed, by key; what stayed is left out. */
export function changesOf({ before, after }: Pick<AuditRow, "before" | "after">): readonly AuditChange[] {
  if (!isMapping(before) && !isMapping(after)) {
    return [{ key: "value", before: words(before), after: words(after) }].filter((one) => one.before !== one.after);
  }
  const was = isMapping(before) ? before : {};
  const is = isMapping(after) ? after : {};
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((key) => ({ key, before: words(was[key]), after: words(is[key]) }))
    .filter((one) => one.before !== one.after);
}
