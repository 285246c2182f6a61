import { Eraser, Minimize2, RefreshCw } from "lucide-react";
import { useEffect } from "react";
import type { RetentionRules } from "../../../shared/model/retention";
import { formatPlace, planPlace } from "../../location";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { formatBytes, formatCount, plural } from "../../ui/format";
import { Panel } from "../../ui/panel";
import { Moment } from "../../ui/relative-time";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { StatusGlyph } from "../../ui/status";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./care.module.css";
import {
  askApply,
  askVacuum,
  loadRetention,
  setRule,
  sizeOf,
  startRetention,
  stopRetention,
  useRetention,
} from "./retention-store";

const RULES: ReadonlyArray<readonly [name: keyof RetentionRules, label: string, unit: string]> = [
  ["completedDays", "Completed plans", "days"],
  ["failedDays", "Failed plans", "days"],
  ["cancelledDays", "Cancelled plans", "days"],
  ["keepPlans", "But the latest", "plans in any case"],
  ["eventsDays", "Events", "days"],
  ["logsDays", "Logs", "days"],
];

/** What is kept how long, what that would remove now, and the room that it would give back. */
export function RetentionTab() {
  useEffect(startRetention, []);
  const { preview, offer, run, error, isLooking } = useRetention();
  const readOnly = useReadOnlyReason();
  if (preview === null) {
    if (error === null) return <SkeletonRows height={40} />;
    return (
      <Failure
        title="What is kept could not be read"
        error={error}
        meaning="Nothing was changed."
        onRetry={() => void loadRetention()}
      />
    );
  }
  const isRunning = run?.state === "running";
  const count = sizeOf(preview);
  return (
    <div className={styles.columns}>
      <Panel title="Kept for" meta="0: for ever. What runs is never removed">
        <div className={styles.rules}>
          {RULES.map(([name, label, unit]) => (
            <label key={name}>
              <span>{label}</span>
              <input
                type="number"
                min={0}
                max={100_000}
                key={preview.rules[name]}
                defaultValue={preview.rules[name]}
                disabled={readOnly !== null || isRunning}
                onBlur={({ target }) => {
                  const value = Math.round(target.valueAsNumber);
                  if (value >= 0 && value !== preview.rules[name]) void setRule(name, value);
                  else target.value = String(preview.rules[name]);
                }}
              />
              <span>{unit}</span>
            </label>
          ))}
        </div>
      </Panel>
      <Panel
        title="Would go now"
        meta={isLooking ? "looking…" : count === 0 ? "nothing" : undefined}
        actions={
          <>
            <Button size="sm" icon={<RefreshCw size={12} />} onClick={() => void loadRetention()}>
              Look again
            </Button>
            {isRunning ? (
              <Button size="sm" onClick={() => void stopRetention()}>
                Stop
              </Button>
            ) : (
              <Button
                size="sm"
                variant="danger-quiet"
                icon={<Eraser size={12} />}
                disabledReason={readOnly ?? (count === 0 ? "The rules let nothing go now." : null)}
                onClick={askApply}
              >
                Remove…
              </Button>
            )}
          </>
        }
      >
        <div className={styles.preview}>
          {isRunning && <progress max={1} value={run.share} aria-label="How far the removal is" />}
          <dl>
            <Figure name="Plans" value={preview.planCount} />
            <Figure name="Tasks" value={preview.tasks + preview.looseTasks} />
            <Figure name="Attempts" value={preview.runs} />
            <Figure name="Events" value={preview.events} />
            <Figure name="Logs" value={preview.logs} />
            <div>
              <dt>Files</dt>
              <dd>{formatBytes(preview.logBytes + preview.folderBytes)}</dd>
            </div>
          </dl>
          <ul>
            {preview.plans.map(({ id, title, status, endedAt, tasks }) => (
              <li key={id}>
                <StatusGlyph kind="plan" state={status} named />
                <a href={formatPlace(planPlace(id))}>{title}</a>
                <span>{plural(tasks, "task")}</span>
                <Moment at={endedAt} />
              </li>
            ))}
          </ul>
        </div>
      </Panel>
      {offer !== null && (
        <Panel title="The file" meta={formatBytes(offer.bytes)}>
          <div className={styles.file}>
            <p>
              {formatBytes(offer.freeBytes)} of it are free: what is written next goes there. Shrinking gives them back
              to the disk, and takes up to {formatBytes(offer.neededBytes)} of room meanwhile.
            </p>
            <Button
              icon={<Minimize2 size={14} />}
              disabledReason={
                readOnly ??
                (isRunning
                  ? "Something is being removed."
                  : offer.freeBytes === 0
                    ? "There is nothing to give back."
                    : offer.refusal)
              }
              onClick={askVacuum}
            >
              Shrink the file…
            </Button>
          </div>
        </Panel>
      )}
    </div>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{formatCount(value)}</dd>
    </div>
  );
}
