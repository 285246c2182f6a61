import { Pause, Pencil, Play, Trash2, X } from "lucide-react";
import type { ScheduleDetail, ScheduleRow } from "../../../shared/model/schedule";
import { messageOf } from "../../api";
import { formatZoned, shownZone } from "../../time-format";
import { Button, IconButton } from "../../ui/button";
import { Fact } from "../../ui/fact";
import { Moment, Remaining } from "../../ui/relative-time";
import { askScheduleChange } from "./new-schedule";
import { MISSED_WORDS, OVERLAP_WORDS, timingSource, timingWords } from "./schedule-words";
import styles from "./schedules.module.css";
import { pauseSchedule, runScheduleNow, useSchedules } from "./schedules-store";
import { Outcome, outcomeWords } from "./schedules-table";

interface SchedulePanelProps {
  /** Null: it is not in the list any more. */
  readonly row: ScheduleRow | null;
  readonly readOnly: string | null;
  readonly onClose: () => void;
  readonly onDelete: (row: ScheduleRow) => void;
  readonly onShowPlan: (planId: string) => void;
}

/** One schedule: what can be done with it, its next times, and what became of the latest. */
export function SchedulePanel({ row, readOnly, onClose, onDelete, onShowPlan }: SchedulePanelProps) {
  const { detail, detailError } = useSchedules();
  const shown = detail !== null && detail.id === row?.id ? detail : null;
  return (
    <aside className={styles.panel} aria-label="Schedule">
      <header>
        <h2 title={row?.name}>{row?.name ?? "Not there any more"}</h2>
        <IconButton label="Close" keys="Escape" size="sm" onClick={onClose}>
          <X size={14} />
        </IconButton>
      </header>
      {row !== null && (
        <div className={styles.acts}>
          <Button
            size="sm"
            icon={<Play size={12} />}
            keys="Shift+L"
            disabledReason={readOnly ?? shown?.planProblem}
            onClick={() => void runScheduleNow(row, onShowPlan)}
          >
            Run now
          </Button>
          <Button
            size="sm"
            icon={row.pausedAt === null ? <Pause size={12} /> : <Play size={12} />}
            keys="Shift+P"
            disabledReason={readOnly}
            onClick={() => void pauseSchedule(row, row.pausedAt !== null)}
          >
            {row.pausedAt === null ? "Pause" : "Resume"}
          </Button>
          <Button
            size="sm"
            icon={<Pencil size={12} />}
            keys="Shift+E"
            disabledReason={readOnly ?? (shown === null ? "It is being read." : null)}
            onClick={() => {
              if (shown !== null) askScheduleChange(shown);
            }}
          >
            Change…
          </Button>
          <Button
            size="sm"
            variant="danger-quiet"
            icon={<Trash2 size={12} />}
            disabledReason={readOnly}
            onClick={() => onDelete(row)}
          >
            Delete…
          </Button>
        </div>
      )}
      <div className={styles.panelBody}>
        {shown !== null ? (
          <Detail detail={shown} onShowPlan={onShowPlan} />
        ) : (
          detailError !== null && <p role="alert">{messageOf(detailError)}</p>
        )}
      </div>
    </aside>
  );
}

interface DetailProps {
  readonly detail: ScheduleDetail;
  readonly onShowPlan: (planId: string) => void;
}

function Detail({ detail, onShowPlan }: DetailProps) {
  const { timing, planFile, planProblem, overlap, missed, next, launches, parameters, pauseReason } = detail;
  const zone = timing.kind === "cron" ? timing.timezone : shownZone();
  const given = Object.entries(parameters);
  return (
    <>
      {planProblem !== null && (
        <p className={styles.problem} role="alert" data-tone="failed">
          Its plan cannot be launched as it is now: {planProblem}
        </p>
      )}
      <dl>
        <Fact name="When">{timingWords(timing)}</Fact>
        <Fact name="">{timingSource(timing)}</Fact>
        <Fact name="Plan file" isMono>
          {planFile}
        </Fact>
        <Fact name="Overlap">{`${OVERLAP_WORDS[overlap].word}: it ${OVERLAP_WORDS[overlap].text}`}</Fact>
        <Fact name="Missed">{`${MISSED_WORDS[missed].word}: ${MISSED_WORDS[missed].text}`}</Fact>
        {pauseReason !== null && <Fact name="Paused">{pauseReason}</Fact>}
        <Fact name="Made by">{detail.createdBy}</Fact>
        {given.map(([name, value]) => (
          <Fact key={name} name={name} isMono>
            {String(value)}
          </Fact>
        ))}
        {detail.secrets.map((name) => (
          <Fact key={name} name={name} isMono>
            •••• kept
          </Fact>
        ))}
      </dl>
      <h3>Next times{detail.pausedAt !== null && ", once it goes on"}</h3>
      <ol className={styles.times}>
        {next.map((time) => (
          <li key={time}>
            <span>{formatZoned(time, zone)}</span>
            <Remaining until={time} />
          </li>
        ))}
        {next.length === 0 && <li>Never again</li>}
      </ol>
      <h3>Latest launches</h3>
      <ol className={styles.launches}>
        {launches.map((launch) => (
          <li key={launch.id} title={launch.reason ?? undefined}>
            <Outcome launch={launch} />
            <span>
              {launch.planId !== null && launch.planStatus !== null ? (
                <button
                  type="button"
                  className={styles.link}
                  onClick={() => launch.planId !== null && onShowPlan(launch.planId)}
                >
                  {outcomeWords(launch)}
                </button>
              ) : (
                outcomeWords(launch)
              )}
              {launch.cause === "operator" && <small>by hand</small>}
              {launch.reason !== null && <small>{launch.reason}</small>}
            </span>
            <Moment at={launch.dueAt} />
          </li>
        ))}
        {launches.length === 0 && <li className={styles.under}>None yet</li>}
      </ol>
    </>
  );
}
