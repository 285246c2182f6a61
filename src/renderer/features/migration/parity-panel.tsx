import { useMemo } from "react";
import { differencesOf, type MigrationStatus, type ParityPoint } from "../../../shared/model/unified-migration";
import { formatPlace } from "../../location";
import { migrationPlace } from "../../migration-place";
import { formatMoment } from "../../time-format";
import { formatCount, formatDuration, plural } from "../../ui/format";
import { Panel } from "../../ui/panel";
import { Moment } from "../../ui/relative-time";
import { StatusLabel } from "../../ui/status";
import { Count } from "./backfill-panel";
import { LineChart } from "./line-chart";
import styles from "./migration.module.css";
import { useMigration } from "./migration-store";

/** Whether the unified rows are what the legacy ones ask for, now and before. */
export function ParityPanel({ status }: { readonly status: MigrationStatus }) {
  const { history } = useMigration();
  const { checking, phase } = status;
  // What was found in tables that are no more says nothing of those that come.
  const parity = phase === "none" ? null : status.parity;
  return (
    <Panel
      title="Parity"
      meta={
        parity !== null ? (
          <>
            compared <Moment at={parity.at} />
          </>
        ) : undefined
      }
      className={styles.parity}
      actions={parity !== null && <a href={formatPlace(migrationPlace("differences"))}>Differences</a>}
    >
      {checking !== null && (
        <p className={styles.checking} role="status">
          <StatusLabel kind="task" state="in_progress">
            Comparing
          </StatusLabel>
          <progress max={Math.max(1, checking.total)} value={checking.checked} aria-label="Tasks compared" />
          <span>
            {formatCount(checking.checked)} of {formatCount(Math.max(checking.total, checking.checked))} tasks
          </span>
        </p>
      )}
      {parity === null ? (
        <p className={styles.quiet}>
          {phase === "none"
            ? "There are no unified tables to compare yet."
            : "The schemas were never compared. Compare now reads both, and changes nothing."}
        </p>
      ) : (
        <>
          <Latest point={parity} />
          <Course history={history} />
        </>
      )}
    </Panel>
  );
}

export function Latest({ point }: { readonly point: ParityPoint }) {
  const differences = differencesOf(point);
  return (
    <div className={styles.latest}>
      <StatusLabel kind="task" state={differences === 0 ? "completed" : "failed"} tinted>
        {differences === 0 ? "No difference" : plural(differences, "difference")}
      </StatusLabel>
      <dl className={styles.counts}>
        <Count name="Compared" value={formatCount(point.checked)} />
        <Count name="Missing" value={formatCount(point.missing)} {...tone(point.missing)} />
        <Count name="Differing" value={formatCount(point.differing)} {...tone(point.differing)} />
        <Count name="Extra" value={formatCount(point.extra)} {...tone(point.extra)} />
        <Count name="Only unified" value={formatCount(point.own)} />
        <Count name="Took" value={formatDuration(point.tookMs)} />
      </dl>
    </div>
  );
}

const tone = (count: number) => (count > 0 ? { tone: "failed" } : {});

/** Differences over time: a point for each check of the whole database. */
function Course({ history }: { readonly history: readonly ParityPoint[] }) {
  const points = useMemo(() => history.toReversed(), [history]);
  const times = useMemo(() => points.map(({ at }) => at), [points]);
  const series = useMemo(
    () => [{ label: "Differences", ink: "text-1", values: points.map(differencesOf), isStepped: true }],
    [points],
  );
  const first = points[0];
  if (points.length < 2 || first === undefined) {
    return <p className={styles.quiet}>Its course is drawn from the second check on.</p>;
  }
  const clean = points.filter((point) => differencesOf(point) === 0).length;
  return (
    <LineChart
      times={times}
      series={series}
      format={formatCount}
      label={`Differences over time: ${plural(points.length, "check")} since ${formatMoment(first.at, Date.now())}, ${clean} without a difference, ${formatCount(points.at(-1) ? differencesOf(points.at(-1) ?? first) : 0)} at last`}
    />
  );
}
