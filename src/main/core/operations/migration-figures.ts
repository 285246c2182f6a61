import { addModeStats, EMPTY_MODE_STATS, WRITE_MODES, type WriteMode } from "../../../shared/model/metrics";
import {
  type AgentFigures,
  type DeliveryFigures,
  MIGRATION_RANGES,
  type MigrationFigures,
  type MigrationRange,
  overheadsOf,
  type Quantiles,
  type WriteBar,
  type WriteFigures,
} from "../../../shared/model/migration-figures";
import { eventsSince, lastEvent, latestAgentChecks, newestDeliveries, subscriptionFacts } from "../store/metric-rows";
import type { Store } from "../store/open";
import { formatTime } from "../store/time";
import { TOLD_BY } from "../store/unified/telling";
import { MINUTE_MS, readWriteFigures } from "../store/write-figures";
import { getAgentPerformance } from "./agent-history";
import { type AgentPlace, listAgents } from "./agents";

/** Bounded: some milliseconds at any size of the database. */
export async function getMigrationFigures(
  store: Store,
  place: AgentPlace,
  { range }: { readonly range: MigrationRange },
): Promise<MigrationFigures> {
  const agents = await agentFigures(store, place);
  const now = store.clock.now();
  const { n, told } = eventsSince(store.read, formatTime(now - MINUTE_MS), TOLD_BY);
  return {
    at: now,
    writes: writeFigures(store, range),
    overheads: overheads(store),
    events: { lastMinute: n, told },
    delivery: deliveryFigures(store),
    agents,
  };
}

const known = new WeakMap<Store, { readonly at: number; readonly overheads: MigrationFigures["overheads"] }>();

/** Of a week: a minute makes no difference to it. */
function overheads(store: Store): MigrationFigures["overheads"] {
  const at = store.clock.monotonic();
  const last = known.get(store);
  if (last !== undefined && at - last.at < MINUTE_MS) return last.overheads;
  const fresh = overheadsOf(writeFigures(store, "7d").totals);
  known.set(store, { at, overheads: fresh });
  return fresh;
}

/** What all consoles of the database wrote; this process's present minute is in it. */
export function writeFigures(store: Store, range: MigrationRange): WriteFigures {
  const { ms, stepMs } = MIGRATION_RANGES[range];
  const now = store.clock.now();
  const until = Math.ceil((now + 1) / stepMs) * stepMs;
  const since = until - ms;
  const bars: WriteBar[] = [...readWriteFigures(store.read, since, stepMs)];
  const fresh = store.unkeptWrites();
  for (const mode of WRITE_MODES) {
    const added = fresh[mode];
    if (added.latency.count === 0 && added.rollbacks === 0) continue;
    const at = until - stepMs;
    const known = bars.findIndex((bar) => bar.at === at && bar.mode === mode);
    if (known === -1) bars.push({ at, mode, ...added });
    else bars[known] = { at, mode, ...addModeStats(bars[known] ?? added, added) };
  }
  const totals = WRITE_MODES.map((mode) => ({ mode, ...sumOf(bars, mode) }));
  const isUsed = ({ latency, rollbacks }: (typeof totals)[number]) => latency.count > 0 || rollbacks > 0;
  return { since, until, stepMs, bars: bars.sort((a, b) => a.at - b.at), totals: totals.filter(isUsed) };
}

const sumOf = (bars: readonly WriteBar[], mode: WriteMode) =>
  bars.filter((bar) => bar.mode === mode).reduce(addModeStats, EMPTY_MODE_STATS);

function deliveryFigures({ read }: Store): DeliveryFigures {
  const deliveries = newestDeliveries(read);
  const delivered = deliveries.filter((one) => one.delivered);
  const working = subscriptionFacts(read).filter(({ state }) => state === "active");
  const last = lastEvent(read);
  return {
    delivered: delivered.length,
    failed: deliveries.length - delivered.length,
    lag: quantilesOf(delivered.flatMap(({ lagMs }) => (lagMs === null ? [] : [lagMs]))),
    behind: working.length === 0 ? null : Math.max(...working.map(({ position }) => Math.max(0, last - position))),
    subscriptions: working.length,
  };
}

function quantilesOf(values: readonly number[]): Quantiles | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

async function agentFigures(store: Store, place: AgentPlace): Promise<AgentFigures[]> {
  const listed = await listAgents(place);
  const checks = new Map(latestAgentChecks(store.read).map((check) => [check.agent, check]));
  const performance = new Map(getAgentPerformance(store).map((one) => [one.agent, one]));
  return listed.map(({ id, title, problem }) => {
    const check = checks.get(id);
    const done = performance.get(id);
    return {
      agent: id,
      title,
      problem,
      health: check === undefined ? null : { status: check.status, message: check.message, at: check.at },
      running: done?.running ?? 0,
      ended: done?.ended ?? 0,
      successShare: done?.successShare ?? null,
      p50: done?.tookMs.p50 ?? null,
      p95: done?.tookMs.p95 ?? null,
    };
  });
}
