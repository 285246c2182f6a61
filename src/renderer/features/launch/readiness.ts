import type { DryRunFinding } from "../../../shared/model/forecast";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import type { PlanPreview } from "../../../shared/model/views";
import { plural } from "../../ui/format";

export interface Readiness {
  readonly isReady: boolean;
  readonly tone: "ok" | "warning" | "error";
  readonly sentence: string;
  readonly detail: string;
}

/**
 * One sentence on whether the plan can be launched now, and one on what follows or what to do. `trouble`: what a dry run found, which does
 * not stand in the way.
 */
export function readiness(
  preview: PlanPreview,
  findings: readonly PlanFinding[],
  problemCount: number,
  trouble: readonly DryRunFinding[] = [],
): Readiness {
  const errors = findings.filter((finding) => finding.severity === "error").length;
  const warnings = findings.length - errors;
  if (errors > 0) {
    return {
      isReady: false,
      tone: "error",
      sentence: `Not ready: ${plural(errors, "error")} in the plan`,
      detail: "Correct the plan's text; it is checked as you type.",
    };
  }
  if (problemCount > 0) {
    return {
      isReady: false,
      tone: "error",
      sentence: `Not ready: ${plural(problemCount, "parameter")} to fill in`,
      detail: "Nothing starts until every marked field is right.",
    };
  }
  const missing = trouble.filter(({ severity }) => severity === "problem").length;
  const doubts = [
    ...(missing > 0 ? [plural(missing, "problem")] : []),
    ...(warnings + trouble.length - missing > 0 ? [plural(warnings + trouble.length - missing, "warning")] : []),
  ];
  const first = preview.subtasks.filter((subtask) => subtask.dependencies.length === 0).length;
  return {
    isReady: true,
    tone: doubts.length > 0 ? "warning" : "ok",
    sentence: doubts.length > 0 ? `Ready to launch with ${doubts.join(" and ")}` : "Ready to launch",
    detail: `Starts at once, with ${plural(first, "task")}.`,
  };
}

const FINDING_KEYS = ["severity", "code", "message", "line", "column", "subtaskId"] as const;

/** The findings that an `invalid_plan` error carries in `details.findings`; none when it carries nothing such. */
export function findingsOf(details: Readonly<Record<string, unknown>>): readonly PlanFinding[] {
  const { findings } = details;
  return Array.isArray(findings) ? findings.filter(isFinding) : [];
}

function isFinding(value: unknown): value is PlanFinding {
  if (typeof value !== "object" || value === null) return false;
  const record: Record<string, unknown> = { ...value };
  return (
    FINDING_KEYS.every((key) => key in record) &&
    (record.severity === "error" || record.severity === "warning") &&
    typeof record.message === "string" &&
    (record.line === null || typeof record.line === "number") &&
    (record.column === null || typeof record.column === "number")
  );
}
