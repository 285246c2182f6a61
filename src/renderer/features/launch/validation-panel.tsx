import { Check } from "lucide-react";
import type { DryRunFinding } from "../../../shared/model/forecast";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import type { PlanPreview } from "../../../shared/model/views";
import { formatCount, plural } from "../../ui/format";
import { StatusGlyph } from "../../ui/status";
import { markSubtasks, showLine } from "./launch-state";
import { SectionHead } from "./section-head";
import styles from "./validation-panel.module.css";

interface ValidationPanelProps {
  readonly preview: PlanPreview;
  readonly findings: readonly PlanFinding[];
  /** What a dry run found around the plan; null: there is none of this plan. */
  readonly trouble: readonly DryRunFinding[] | null;
  readonly layerCount: number;
}

/** What was checked, and what was found where. A finding's place leads to its line. */
export function ValidationPanel({ preview, findings, trouble, layerCount }: ValidationPanelProps) {
  const errors = findings.filter((finding) => finding.severity === "error");
  const warnings = findings.filter((finding) => finding.severity === "warning");
  const around = trouble ?? [];
  const problems = around.filter(({ severity }) => severity === "problem").length;
  const warningCount = warnings.length + around.length - problems;
  const dependencies = preview.subtasks.reduce((sum, subtask) => sum + subtask.dependencies.length, 0);
  return (
    <section className={styles.validation} aria-label="Validation">
      <SectionHead title="Validation">
        <Badge count={errors.length} word="error" state={errors.length === 0 ? "completed" : "failed"} />
        {problems > 0 && <Badge count={problems} word="problem" state="failed" />}
        {warningCount > 0 && <Badge count={warningCount} word="warning" state="escalated" />}
      </SectionHead>
      <ul>
        {[...errors, ...warnings].map((finding) => (
          <Finding key={`${finding.line}:${finding.column}:${finding.code}:${finding.message}`} finding={finding} />
        ))}
        {around.map((found) => (
          <Trouble key={`${found.code} ${found.message}`} found={found} />
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
            {trouble !== null && around.length === 0 && (
              <li className={styles.good}>
                <Check size={14} aria-hidden="true" />
                Every program, folder, agent and worker that it needs is there
              </li>
            )}
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

function Trouble({ found }: { readonly found: DryRunFinding }) {
  const { severity, message, subtaskIds, count } = found;
  const [first = ""] = subtaskIds;
  return (
    <li className={styles.finding}>
      <StatusGlyph kind="task" state={severity === "problem" ? "failed" : "escalated"} />
      <span className="visually-hidden">{severity}: </span>
      <span>
        <b className="mono">{count === 1 ? first : `${first} and ${formatCount(count - 1)} more`}</b> {message}
      </span>
      {subtaskIds.length > 0 && (
        <button type="button" title={subtaskIds.join(", ")} onClick={() => markSubtasks(subtaskIds)}>
          Show
        </button>
      )}
    </li>
  );
}
