import { PauseCircle } from "lucide-react";
import type { ScheduleLaunch, ScheduleRow } from "../../../shared/model/schedule";
import { cx } from "../../ui/class-names";
import { plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { Moment, RelativeTime, Remaining } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import { MISSED_WORDS, OVERLAP_WORDS, timingSource, timingWords } from "./schedule-words";
import styles from "./schedules.module.css";

interface SchedulesTableProps {
  readonly rows: readonly ScheduleRow[];
  /** Id of the row with the cursor. */
  readonly cursor: string | null;
  readonly onChoose: (scheduleId: string) => void;
  readonly onShowPlan: (planId: string) => void;
}

export function SchedulesTable({ rows, cursor, onChoose, onShowPlan }: SchedulesTableProps) {
  return (
    <div className={styles.scroller}>
      <table className={styles.table}>
        <colgroup>
          <col />
          <col style={{ width: "22%" }} />
          <col style={{ width: 132 }} />
          <col style={{ width: 176 }} />
          <col style={{ width: 118 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Schedule</th>
            <th scope="col">When</th>
            <th scope="col">Next</th>
            <th scope="col">Last</th>
            <th scope="col">Overlap, missed</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.id}
              id={`schedule-${row.id}`}
              className={cx(row.id === cursor && styles.cursor)}
              aria-current={row.id === cursor || undefined}
              onClick={() => onChoose(row.id)}
            >
              <td>
                <span className={styles.two}>
                  <button type="button" className={styles.name} title={row.name} onClick={() => onChoose(row.id)}>
                    {row.name}
                  </button>
                  <span className={cx("mono", styles.under)} title={row.planFile}>
                    {row.planFile.split(/[\\/]/).at(-1)}
                  </span>
                </span>
              </td>
              <td>
                <span className={styles.two}>
                  <span title={timingWords(row.timing)}>{timingWords(row.timing)}</span>
                  <span className={cx("mono", styles.under)} title={timingSource(row.timing)}>
                    {timingSource(row.timing)}
                  </span>
                </span>
              </td>
              <td>
                <Next row={row} />
              </td>
              <td>
                <Last launch={row.last} running={row.running} onShowPlan={onShowPlan} />
              </td>
              <td>
                <span className={styles.two}>
                  <span title={`A time that comes while the one before runs ${OVERLAP_WORDS[row.overlap].text}`}>
                    {OVERLAP_WORDS[row.overlap].word}
                  </span>
                  <span className={styles.under} title={MISSED_WORDS[row.missed].text}>
                    {MISSED_WORDS[row.missed].word}
                  </span>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Next({ row: { pausedAt, pauseReason, nextAt } }: { readonly row: ScheduleRow }) {
  if (pausedAt !== null) {
    return (
      <span className={styles.two}>
        <span className={styles.paused} title={pauseReason ?? undefined}>
          <PauseCircle size={14} aria-hidden="true" />
          Paused
        </span>
        <span className={styles.under}>
          <RelativeTime at={pausedAt} ago />
        </span>
      </span>
    );
  }
  if (nextAt === null) return <span className={styles.under}>Never again</span>;
  return (
    <span className={styles.two}>
      <Remaining until={nextAt} />
      <span className={styles.under}>
        <Moment at={nextAt} />
      </span>
    </span>
  );
}

/** How a launch that made no plan reads, and the state that stands for it. */
const OUTCOMES: Readonly<Record<string, { readonly word: string; readonly state: string }>> = {
  claimed: { word: "Being launched", state: "assigned" },
  waiting: { word: "Waits for the one before", state: "queued" },
  launched: { word: "Launched", state: "completed" },
  skipped: { word: "Skipped", state: "cancelled" },
  missed: { word: "Missed", state: "cancelled" },
  failed: { word: "Failed to launch", state: "failed" },
};

export function Outcome({ launch }: { readonly launch: ScheduleLaunch }) {
  const { outcome, planStatus } = launch;
  if (planStatus !== null) return <StatusGlyph kind="plan" state={planStatus} named />;
  return <StatusGlyph kind="task" state={OUTCOMES[outcome]?.state ?? "queued"} />;
}

export function outcomeWords({ outcome, planStatus, planId }: ScheduleLaunch): string {
  if (planStatus !== null) return lookOf("plan", planStatus).label;
  if (planId !== null) return "Its plan was deleted";
  return OUTCOMES[outcome]?.word ?? outcome;
}

interface LastProps {
  readonly launch: ScheduleLaunch | null;
  /** Plans of it that run now. */
  readonly running: number;
  readonly onShowPlan: (planId: string) => void;
}

function Last({ launch, running, onShowPlan }: LastProps) {
  if (launch === null) return <span className={styles.under}>Not launched yet</span>;
  const { planId, planStatus, reason, dueAt } = launch;
  return (
    <span className={styles.two} title={reason ?? undefined}>
      <span className={styles.outcome}>
        <Outcome launch={launch} />
        {planId !== null && planStatus !== null ? (
          <button
            type="button"
            className={styles.link}
            onClick={(event) => {
              event.stopPropagation();
              onShowPlan(planId);
            }}
          >
            {outcomeWords(launch)}
          </button>
        ) : (
          outcomeWords(launch)
        )}
      </span>
      <span className={styles.under}>
        <RelativeTime at={dueAt} ago />
        {running > 1 && `, ${plural(running, "plan")} running`}
      </span>
    </span>
  );
}
