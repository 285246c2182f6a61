import { Copy, Square } from "lucide-react";
import type { BackfillRow, BackfillState, MigrationStatus } from "../../../shared/model/unified-migration";
import { Button } from "../../ui/button";
import { formatCount } from "../../ui/format";
import { Panel } from "../../ui/panel";
import { Elapsed, Moment } from "../../ui/relative-time";
import { StatusLabel } from "../../ui/status";
import styles from "./migration.module.css";
import { askBackfill, askStopBackfill } from "./migration-acts";

const STATES: Readonly<Record<BackfillState, { readonly state: string; readonly word: string }>> = {
  running: { state: "in_progress", word: "Copying" },
  done: { state: "completed", word: "Done" },
  aborted: { state: "cancelled", word: "Stopped" },
  failed: { state: "failed", word: "Failed" },
  interrupted: { state: "stuck", word: "Interrupted" },
};

interface BackfillPanelProps {
  readonly status: MigrationStatus;
  readonly readOnly: string | null;
}

/** What was there before dual write is copied here; it can be stopped, and goes on where it ended. */
export function BackfillPanel({ status, readOnly }: BackfillPanelProps) {
  const { phase } = status;
  const backfill = phase === "none" ? null : status.backfill;
  const off = readOnly ?? (phase === "none" ? "There are no unified tables to write." : null);
  return (
    <Panel
      title="Backfill"
      className={styles.backfill}
      actions={
        backfill?.state === "running" ? (
          <Button
            size="sm"
            icon={<Square size={12} />}
            keys="Shift+F"
            disabledReason={readOnly}
            onClick={() => askStopBackfill(backfill)}
          >
            Stop…
          </Button>
        ) : (
          <Button
            size="sm"
            icon={<Copy size={12} />}
            keys="Shift+F"
            disabledReason={off}
            onClick={() => askBackfill(status)}
          >
            {backfill === null || backfill.state === "done" ? "Backfill…" : "Go on…"}
          </Button>
        )
      }
    >
      {backfill === null ? (
        <p className={styles.quiet}>
          Nothing was copied yet. Dual write takes care of what is written from then on; a backfill of what was there
          before.
        </p>
      ) : (
        <Progress row={backfill} />
      )}
    </Panel>
  );
}

function Progress({ row }: { readonly row: BackfillRow }) {
  const { state, step, seen, total, written, removed, actor, reason, error, startedAt, finishedAt } = row;
  const look = STATES[state];
  // Tasks that came meanwhile are copied as well.
  const share = total === 0 ? 100 : Math.min(100, (seen / total) * 100);
  return (
    <div className={styles.progress}>
      <p className={styles.progressHead}>
        <StatusLabel kind="task" state={look.state}>
          {look.word}
        </StatusLabel>
        <span>{step === "orphans" && state === "running" ? "removing copies of tasks that are no more" : ""}</span>
        <Elapsed from={startedAt} to={state === "running" ? null : (finishedAt ?? startedAt)} />
      </p>
      <progress max={100} value={share} aria-label="Tasks copied" />
      <dl className={styles.counts}>
        <Count name="Tasks" value={`${formatCount(seen)} of ${formatCount(Math.max(seen, total))}`} />
        <Count name="Rows written" value={formatCount(written)} />
        <Count name="Removed" value={formatCount(removed)} />
      </dl>
      {error !== null && (
        <p className={styles.problem} role="alert" data-tone="failed">
          {error}
        </p>
      )}
      {state === "interrupted" && (
        <p className={styles.problem} data-tone="stuck">
          The process that did it is gone. Its place is kept: go on whenever you like.
        </p>
      )}
      <p className={styles.under}>
        {actor}, <Moment at={startedAt} />
        {reason !== null && reason !== "" && `: ${reason}`}
      </p>
    </div>
  );
}

export function Count({
  name,
  value,
  tone,
}: {
  readonly name: string;
  readonly value: string;
  readonly tone?: string;
}) {
  return (
    <div data-tone={tone}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
