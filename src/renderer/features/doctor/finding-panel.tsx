import { Wrench, X } from "lucide-react";
import type { FindingKind, FoundRow } from "../../../shared/model/doctor";
import { DOCTOR_WORDS } from "../../../shared/model/doctor-catalogue";
import { formatPlace, type Place, planPlace, tablePlace, taskPlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./doctor.module.css";
import { useDoctor } from "./doctor-store";
import { SeverityIcon } from "./finding-list";
import { askRepair } from "./repair";

interface FindingPanelProps {
  readonly kind: FindingKind;
  readonly onClose: () => void;
}

/** One finding: what it means, what to do, its rows, and its repair. */
export function FindingPanel({ kind, onClose }: FindingPanelProps) {
  const finding = useDoctor((state) => state.findings.find((one) => one.kind === kind));
  const readOnly = useReadOnlyReason();
  const { title, meaning, action, repair, isHeavy } = DOCTOR_WORDS[kind];
  const severity = finding?.severity ?? "ok";
  const canRepair = repair !== null && (finding?.repairable ?? 0) > 0;
  useHotkeys({
    group: "Findings",
    hotkeys: [
      { keys: ["Shift+R"], label: "Repair it", disabled: !canRepair || readOnly !== null, run: () => askRepair(kind) },
      { keys: ["Escape"], label: "Close the panel", run: onClose },
    ],
  });
  return (
    <aside className={styles.panel} aria-label="Finding">
      <header data-tone={severity === "problem" ? "failed" : severity === "warning" ? "escalated" : "completed"}>
        <SeverityIcon severity={severity} />
        <h2>{title}</h2>
        <IconButton label="Close" keys="Escape" size="sm" onClick={onClose}>
          <X size={14} />
        </IconButton>
      </header>
      <div className={styles.panelBody}>
        {finding === undefined ? (
          <p>
            {isHeavy ? "Not looked at yet: it reads whole tables. “Examine everything” does." : "Not looked at yet."}
          </p>
        ) : (
          <p className={styles.found}>{finding.words}</p>
        )}
        {severity !== "ok" && (
          <>
            <h3>What it means</h3>
            <p>{meaning}</p>
            <h3>What to do</h3>
            <p>{action}</p>
          </>
        )}
        {canRepair && (
          <Button icon={<Wrench size={12} />} keys="Shift+R" disabledReason={readOnly} onClick={() => askRepair(kind)}>
            {repair}…
          </Button>
        )}
        {finding !== undefined && finding.rows.length > 0 && (
          <>
            <h3>
              Rows{" "}
              <small>
                {finding.count > finding.rows.length
                  ? `the first ${formatCount(finding.rows.length)} of ${formatCount(finding.count)}`
                  : formatCount(finding.count)}
              </small>
            </h3>
            <ol className={styles.rows}>
              {finding.rows.map((row) => (
                <Found key={`${row.entity} ${row.id} ${row.words}`} row={row} />
              ))}
            </ol>
          </>
        )}
      </div>
    </aside>
  );
}

function Found({ row }: { readonly row: FoundRow }) {
  const place = placeOf(row);
  return (
    <li>
      {place === null ? <b title={row.id}>{row.title}</b> : <a href={formatPlace(place)}>{row.title}</a>}
      <span>{row.words}</span>
      {row.becomes !== null && <small>Becomes: {row.becomes}</small>}
    </li>
  );
}

/** Where a row can be looked at; null: nowhere in the window. */
function placeOf({ entity, id, planId }: FoundRow): Place | null {
  switch (entity) {
    case "task":
      return taskPlace(planId, id);
    case "plan":
      return planId === null ? null : planPlace(planId);
    case "worker":
      return { view: "workers", workerId: id };
    case "event":
      return tablePlace("events");
    case "run":
      return tablePlace("runs");
    case "row":
      return tablePlace(id.split(":", 1)[0] ?? id);
    default:
      return null;
  }
}
