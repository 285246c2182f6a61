import { Check } from "lucide-react";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import type { PlanPreview } from "../../../shared/model/views";
import { plural } from "../../ui/format";
import { StatusGlyph } from "../../ui/status";
import { showLine } from "./launch-store";
import { SectionHead } from "./section-head";
import styles from "./validation-panel.module.css";

interface ValidationPanelProps {
  readonly preview: PlanPreview;
  readonly findings: readonly PlanFinding[];
  readonly layerCount: number;
}

/** What was checked, and what was found where. A finding's place leads to its line. */
export function ValidationPanel({ preview, findings, layerCount }: ValidationPanelProps) {
  const errors = findings.filter((finding) => finding.severity === "error");
  const warnings = findings.filter((finding) => finding.severity === "warning");
  const dependencies = preview.subtasks.reduce((sum, subtask) => sum + subtask.dependencies.length, 0);
  return (
    <section className={styles.validation} aria-label="Validation">
      <SectionHead title="Validation">
        <Badge count={errors.length} word="error" state={errors.length === 0 ? "completed" : "failed"} />
        {warnings.length > 0 && <Badge count={warnings.length} word="warning" state="escalated" />}
      </SectionHead>
      <ul>
        {[...errors, ...warnings].map((finding) => (
          <Finding key={`${finding.line}:${finding.column}:${finding.code}:${finding.message}`} finding={finding} />
        ))}
        {errors.length === 0 && (
          <>
            <li className={styles.good}>
              <Check size={14} aria-hidden="true" />
              Every agent is known and every dependency exists
            </li>
            <li className={styles.good}>
              <Check size={14} aria-hidden="true" />
              No cycles: {plural(preview.subtasks.length, "task")}, {plural(dependencies, "dependency", "dependencies")}
              , depth {layerCount}
            </li>
          </>
        )}
      </ul>
    </section>
  );
}

interface BadgeProps {
  readonly count: number;
  readonly word: string;
  readonly state: "completed" | "escalated" | "failed";
}

function Badge({ count, word, state }: BadgeProps) {
  return (
    <span className={styles.badge} data-tone={state}>
      <StatusGlyph kind="task" state={state} size={12} />
      {plural(count, word)}
    </span>
  );
}

function Finding({ finding }: { readonly finding: PlanFinding }) {
  const { line, column, severity, message } = finding;
  const place = line === null ? null : column === null ? `${line}` : `${line}:${column}`;
  return (
    <li className={styles.finding}>
      <StatusGlyph kind="task" state={severity === "error" ? "failed" : "escalated"} />
      <span className="visually-hidden">{severity}: </span>
      <span>{message}</span>
      {line !== null && (
        <button type="button" title={`Show line ${line}`} onClick={() => showLine(line)}>
          {place}
        </button>
      )}
    </li>
  );
}
