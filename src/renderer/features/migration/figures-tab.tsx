import { useEffect, useMemo } from "react";
import { latencyQuantile, type WriteMode } from "../../../shared/model/metrics";
import {
  type AgentFigures,
  LEAST_WRITES,
  MIGRATION_RANGE_NAMES,
  MIGRATION_RANGES,
  type MigrationFigures,
  type WriteFigures,
} from "../../../shared/model/migration-figures";
import { eventsPlace, formatPlace } from "../../location";
import { Failure } from "../../ui/failure";
import { formatCount, formatDuration, plural } from "../../ui/format";
import { Panel } from "../../ui/panel";
import { RelativeTime } from "../../ui/relative-time";
import { Segmented } from "../../ui/segmented";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { StatusLabel } from "../../ui/status";
import styles from "./figures.module.css";
import { LineChart } from "./line-chart";
import { loadFigures, setMigrationRange, startFigures, useMigration } from "./migration-store";

const RANGES = MIGRATION_RANGE_NAMES.map((value) => ({ value, label: MIGRATION_RANGES[value].label }));

/** What the migration costs, and how events and agents do. */
export function FiguresTab() {
  useEffect(startFigures, []);
  const { figures, figuresError, range } = useMigration();
  if (figures === null) {
    return figuresError === null ? (
      <SkeletonRows height={34} />
    ) : (
      <Failure
        title="The figures could not be read"
        error={figuresError}
        meaning="Nothing was changed. Retry reads them again."
        onRetry={() => void loadFigures()}
      />
    );
  }
  return (
    <div className={styles.figures}>
      <Tiles figures={figures} />
      <Panel
        title="Writes"
        meta="of every console of this database, from asking to durable"
        className={styles.writes}
        actions={<Segmented isFramed label="Time range" options={RANGES} value={range} onChange={setMigrationRange} />}
      >
        <Writes writes={figures.writes} />
      </Panel>
      <Agents agents={figures.agents} />
    </div>
  );
}

/** `+4.2 %`. */
const percent = (share: number): string => `${share > 0 ? "+" : ""}${(share * 100).toFixed(1)} %`;
const milliseconds = (ms: number): string =>
  !Number.isFinite(ms)
    ? "over 5s"
    : ms === 0
      ? "0ms"
      : ms < 10
        ? `${ms.toFixed(ms < 1 ? 2 : 1)}ms`
        : formatDuration(ms);
const orDash = (value: number | null | undefined, words: (value: number) => string): string =>
  value === null || value === undefined ? "–" : words(value);

function Tiles({ figures }: { readonly figures: MigrationFigures }) {
  const { writes, overheads, events, delivery, agents } = figures;
  const { dual, events: told } = overheads;
  const durable = writes.totals.reduce((sum, { latency }) => sum + latency.count, 0);
  const undone = writes.totals.reduce((sum, { rollbacks }) => sum + rollbacks, 0);
  const checked = agents.filter(({ health }) => health !== null);
  const healthy = checked.filter(({ health }) => health?.status === "healthy").length;
  const errors = delivery.failed;
  return (
    <dl className={styles.tiles}>
      <Tile
        name="Dual write costs"
        value={orDash(dual, percent)}
        detail={
          dual === null
            ? `known from ${LEAST_WRITES} writes with and without it`
            : "over legacy alone, median of 7 days"
        }
      />
      <Tile
        name="Unified events cost"
        value={orDash(told, percent)}
        detail={
          told === null
            ? `known from ${LEAST_WRITES} writes with and without them`
            : "promised under 5 %, median of 7 days"
        }
        tone={told !== null && told > 0.05 ? "escalated" : undefined}
      />
      <Tile
        name="Undone writes"
        value={durable + undone === 0 ? "–" : `${((undone / (durable + undone)) * 100).toFixed(2)} %`}
        detail={`${formatCount(undone)} of ${formatCount(durable + undone)}`}
      />
      <Tile
        name="Events a minute"
        value={formatCount(events.lastMinute)}
        detail={`${formatCount(events.told)} told for programs that tell nobody`}
        href={formatPlace(eventsPlace("", { range: "15m" }))}
      />
      <Tile
        name="Event to delivery"
        value={orDash(delivery.lag?.p50, formatDuration)}
        detail={
          delivery.lag === null
            ? "nothing was delivered yet"
            : `P95 ${formatDuration(delivery.lag.p95)}, P99 ${formatDuration(delivery.lag.p99)}`
        }
      />
      <Tile
        name="Processing errors"
        value={formatCount(errors)}
        detail={`of the newest ${formatCount(delivery.delivered + errors)} deliveries`}
        tone={errors > 0 ? "failed" : undefined}
      />
      <Tile
        name="Not delivered yet"
        value={orDash(delivery.behind, formatCount)}
        detail={
          delivery.behind === null
            ? "no subscription works"
            : `events, the slowest of ${plural(delivery.subscriptions, "subscription")}`
        }
      />
      <Tile
        name="Agents"
        value={formatCount(agents.length)}
        detail={
          checked.length === 0
            ? "none was checked yet"
            : `${formatCount(healthy)} of ${formatCount(checked.length)} checked are healthy`
        }
      />
    </dl>
  );
}

interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly detail: string;
  readonly tone?: string | undefined;
  readonly href?: string;
}

function Tile({ name, value, detail, tone, href }: TileProps) {
  return (
    <div data-tone={tone}>
      <dt>{href === undefined ? name : <a href={href}>{name}</a>}</dt>
      <dd>
        <b>{value}</b>
        <small title={detail}>{detail}</small>
      </dd>
    </div>
  );
}

const MODES: Readonly<
  Record<WriteMode, { readonly label: string; readonly ink: string; readonly isDashed?: boolean }>
> = {
  plain: { label: "Legacy", ink: "text-3" },
  events: { label: "Legacy, events on", ink: "text-3", isDashed: true },
  dual: { label: "Dual write", ink: "accent" },
  dual_events: { label: "Dual write, events on", ink: "accent", isDashed: true },
};

function Writes({ writes }: { readonly writes: WriteFigures }) {
  const { since, until, stepMs, bars, totals } = writes;
  const times = useMemo(
    () => Array.from({ length: Math.round((until - since) / stepMs) }, (_, at) => since + at * stepMs),
    [since, until, stepMs],
  );
  const series = useMemo(
    () =>
      totals
        .filter(({ latency }) => latency.count > 0)
        .map(({ mode }) => {
          const known = new Map(
            bars
              .filter((bar) => bar.mode === mode && bar.latency.count > 0)
              .map(({ at, latency }) => [at, latency.sumMs / latency.count]),
          );
          return { ...MODES[mode], values: times.map((at) => known.get(at) ?? null) };
        }),
    [totals, bars, times],
  );
  if (totals.length === 0) {
    return (
      <p className={styles.quiet}>
        No console has written anything within this time. Processes tell of their writes once a minute.
      </p>
    );
  }
  return (
    <>
      <LineChart
        times={times}
        series={series}
        format={milliseconds}
        label={`Mean write latency: ${totals.map(({ mode, latency }) => `${MODES[mode].label} ${orDash(latencyQuantile(latency, 0.5), milliseconds)} median of ${formatCount(latency.count)} writes`).join(", ")}`}
      />
      <div className={styles.scroller}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Writes with</th>
              <th scope="col">Writes</th>
              <th scope="col">P50</th>
              <th scope="col">P95</th>
              <th scope="col">Mean</th>
              <th scope="col">Undone</th>
              <th scope="col">Transactions</th>
            </tr>
          </thead>
          <tbody>
            {totals.map(({ mode, latency, commits, rollbacks }) => (
              <tr key={mode}>
                <th scope="row">{MODES[mode].label}</th>
                <td>{formatCount(latency.count)}</td>
                <td>{orDash(latencyQuantile(latency, 0.5), milliseconds)}</td>
                <td>{orDash(latencyQuantile(latency, 0.95), milliseconds)}</td>
                <td>{latency.count === 0 ? "–" : milliseconds(latency.sumMs / latency.count)}</td>
                <td>{formatCount(rollbacks)}</td>
                <td>{formatCount(commits)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.note}>
        Counted by consoles, workers and hive commands that last; what they wrote in their last minute is not in it.
        Programs with plain SQL are not measured: what the flags cost those is in the documentation.
      </p>
    </>
  );
}

const HEALTH: Readonly<Record<string, { readonly state: string; readonly word: string }>> = {
  healthy: { state: "completed", word: "Healthy" },
  degraded: { state: "escalated", word: "Degraded" },
  unhealthy: { state: "failed", word: "Unhealthy" },
};

function Agents({ agents }: { readonly agents: readonly AgentFigures[] }) {
  const broken = agents.filter(({ problem }) => problem !== null).length;
  return (
    <Panel
      title="Agents"
      meta={`${formatCount(agents.length)} registered${broken > 0 ? `, ${formatCount(broken)} broken` : ""}; latency of the newest 2,000 attempts`}
      className={styles.agents}
    >
      <div className={styles.scroller}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">Health</th>
              <th scope="col">Running</th>
              <th scope="col">Ended</th>
              <th scope="col">OK</th>
              <th scope="col">P50</th>
              <th scope="col">P95</th>
            </tr>
          </thead>
          <tbody>
            {agents.map((agent) => (
              <AgentRow key={agent.agent} agent={agent} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function AgentRow({ agent: row }: { readonly agent: AgentFigures }) {
  const { agent, title, problem, health, running, ended, successShare, p50, p95 } = row;
  const look = health === null ? undefined : HEALTH[health.status];
  return (
    <tr>
      <th scope="row" title={title}>
        <span className="mono">{agent}</span>
      </th>
      <td title={problem ?? health?.message}>
        {problem !== null ? (
          <StatusLabel kind="task" state="failed">
            Broken
          </StatusLabel>
        ) : look === undefined ? (
          <span className={styles.under}>Not checked</span>
        ) : (
          <>
            <StatusLabel kind="task" state={look.state}>
              {look.word}
            </StatusLabel>{" "}
            <span className={styles.under}>
              <RelativeTime at={health?.at ?? null} ago />
            </span>
          </>
        )}
      </td>
      <td>{formatCount(running)}</td>
      <td>{formatCount(ended)}</td>
      <td>{orDash(successShare, (share) => `${Math.round(share * 100)} %`)}</td>
      <td>{orDash(p50, formatDuration)}</td>
      <td>{orDash(p95, formatDuration)}</td>
    </tr>
  );
}
