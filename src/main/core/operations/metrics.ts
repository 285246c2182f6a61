import {
  type AnyMetric,
  latencyQuantile,
  type Metric,
  type Sample,
  WRITE_MODES,
  type WriteMode,
} from "../../../shared/model/metrics";
import { FLAGS, PHASES } from "../../../shared/model/unified-migration";
import type { Environment } from "../agents/agent";
import {
  eventsSince,
  lastEvent,
  latestAgentChecks,
  newestAgentRuns,
  newestDeliveries,
  subscriptionFacts,
  taskCounts,
} from "../store/metric-rows";
import type { Store } from "../store/open";
import { formatTime } from "../store/time";
import { latestBackfill } from "../store/unified/backfill";
import { isOn, phaseOf } from "../store/unified/flags";
import { listParity } from "../store/unified/parity";
import { TOLD_BY } from "../store/unified/telling";
import { agentPerformance } from "./agent-history";
import { listAgents } from "./agents";
import { writeFigures } from "./migration-figures";

const MINUTE_MS = 60_000;

/** Everything that is measured of a database and of this process's part in it. Takes some milliseconds at any size. */
export async function readMetrics(store: Store, environment: Environment): Promise<AnyMetric[]> {
  const agents = await listAgents({ databaseFile: store.file, environment });
  return [
    ...taskMetrics(store),
    ...migrationMetrics(store),
    ...writeMetrics(store),
    ...eventMetrics(store),
    gauge("hive_agents_registered", "Agents that the console knows, broken ones included", [one(agents.length)]),
    gauge("hive_agents_broken", "Agents whose file cannot be used", [
      one(agents.filter(({ problem }) => problem !== null).length),
    ]),
    ...agentMetrics(store),
  ];
}

function taskMetrics({ read }: Store): Metric[] {
  const samples = taskCounts(read).map(({ status, n }): Sample => ({ labels: { status }, value: n }));
  return [gauge("hive_tasks", "Tasks by status", samples)];
}

function migrationMetrics({ read }: Store): Metric[] {
  const phase = phaseOf(read);
  const [parity] = listParity(read, 1);
  const backfill = latestBackfill(read);
  const flags = FLAGS.map((flag): Sample => ({ labels: { flag }, value: isOn(read, flag) ? 1 : 0 }));
  return [
    gauge(
      "hive_migration_phase",
      "1 for the phase of the unified-schema migration that the database is in",
      PHASES.map((name) => ({ labels: { phase: name }, value: name === phase ? 1 : 0 })),
    ),
    gauge("hive_migration_flag", "1 for flags that are on", flags),
    gauge(
      "hive_parity_differences",
      "Rows in which the schemas differed at the last check of the whole database",
      parity
        ? (["missing", "differing", "extra"] as const).map((kind) => ({ labels: { kind }, value: parity[kind] }))
        : [],
    ),
    gauge("hive_parity_checked_timestamp_seconds", "When that was", parity ? [one(parity.at / 1_000)] : []),
    gauge(
      "hive_backfill_tasks",
      "Tasks of the latest backfill",
      backfill
        ? [
            { labels: { state: "seen" }, value: backfill.seen },
            { labels: { state: "total" }, value: backfill.total },
          ]
        : [],
    ),
  ];
}

function writeMetrics(store: Store): AnyMetric[] {
  const own = store.writes();
  const labels = (mode: WriteMode) => ({
    mode: mode === "plain" || mode === "events" ? "legacy" : "dual",
    events: mode === "events" || mode === "dual_events" ? "on" : "off",
  });
  const sum = (of: (mode: WriteMode) => number) => [one(WRITE_MODES.reduce((total, mode) => total + of(mode), 0))];
  const hour = writeFigures(store, "1h").totals.filter(({ latency }) => latency.count > 0);
  return [
    {
      name: "hive_write_latency_seconds",
      kind: "histogram",
      help: "Writes of this process, from asking to durable, with the legacy tables alone and with dual write",
      series: WRITE_MODES.map((mode) => ({ labels: labels(mode), histogram: own[mode].latency })),
    },
    counter(
      "hive_commits_total",
      "Transactions of this process",
      sum((mode) => own[mode].commits),
    ),
    counter(
      "hive_write_rollbacks_total",
      "Writes of this process that were undone",
      sum((mode) => own[mode].rollbacks),
    ),
    gauge(
      "hive_console_write_latency_seconds",
      "Writes of all consoles of the database within the last hour, from asking to durable",
      hour.flatMap(({ mode, latency }) =>
        QUANTILES.map((quantile) => ({
          labels: { ...labels(mode), quantile: String(quantile) },
          value: (latencyQuantile(latency, quantile) ?? 0) / 1_000,
        })),
      ),
    ),
    gauge(
      "hive_console_writes",
      "Writes of all consoles of the database within the last hour, by how they ended",
      hour.flatMap(({ mode, latency, rollbacks }) => [
        { labels: { ...labels(mode), outcome: "durable" }, value: latency.count },
        { labels: { ...labels(mode), outcome: "undone" }, value: rollbacks },
      ]),
    ),
  ];
}

function eventMetrics({ read, clock }: Store): Metric[] {
  const { n, told } = eventsSince(read, formatTime(clock.now() - MINUTE_MS), TOLD_BY);
  const last = lastEvent(read);
  const deliveries = newestDeliveries(read);
  const lags = deliveries.flatMap(({ delivered, lagMs }) => (delivered && lagMs !== null ? [lagMs] : []));
  const subscriptions = subscriptionFacts(read);
  return [
    gauge("hive_events_last_minute", "Events written within the last minute, counted up to 5000", [
      { labels: { by: "triggers" }, value: told },
      { labels: { by: "programs" }, value: n - told },
    ]),
    counter("hive_event_log_position", "Place of the newest event in the log", [one(last)]),
    gauge(
      "hive_event_delivery_lag_seconds",
      "From an event to its delivery to a subscriber, of the last 1000",
      quantiles(lags),
    ),
    gauge("hive_event_delivery_failures", "Deliveries that failed among the last 1000", [
      one(deliveries.filter(({ delivered }) => !delivered).length),
    ]),
    gauge(
      "hive_subscription_backlog_events",
      "Events beyond the place that a subscription has come to, whether it wants them or not",
      subscriptions.map(({ id, state, position }) => ({
        labels: { subscription: id, state },
        value: Math.max(0, last - position),
      })),
    ),
  ];
}

function agentMetrics(store: Store): Metric[] {
  const performance = agentPerformance(newestAgentRuns(store.read));
  return [
    gauge(
      "hive_agent_health",
      "How an agent was found when it was last checked: 1 healthy, 0.5 degraded, 0 unhealthy",
      latestAgentChecks(store.read).map(({ agent, status }) => ({
        labels: { agent },
        value: status === "healthy" ? 1 : status === "degraded" ? 0.5 : 0,
      })),
    ),
    gauge(
      "hive_agent_runs",
      "Attempts among the newest 2000 of the database, by agent and how they ended",
      performance.flatMap(({ agent, byStatus }) =>
        Object.entries(byStatus).map(([status, value]) => ({ labels: { agent, status }, value })),
      ),
    ),
    gauge(
      "hive_agent_execution_seconds",
      "What those of them took that have ended",
      performance.flatMap(({ agent, tookMs }) => quantiles(tookMs, { agent })),
    ),
  ];
}

const QUANTILES = [0.5, 0.95, 0.99] as const;

const one = (value: number): Sample => ({ labels: {}, value });

const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({
  name,
  kind: "gauge",
  help,
  samples,
});
const counter = (name: string, help: string, samples: readonly Sample[]): Metric => ({
  name,
  kind: "counter",
  help,
  samples,
});

function quantiles(valuesMs: readonly number[], labels: Readonly<Record<string, string>> = {}): Sample[] {
  if (valuesMs.length === 0) return [];
  const sorted = valuesMs.toSorted((a, b) => a - b);
  return QUANTILES.map((quantile) => ({
    labels: { ...labels, quantile: String(quantile) },
    value: (sorted[Math.ceil(quantile * sorted.length) - 1] ?? 0) / 1_000,
  }));
}
