import { prometheusText } from "../../../shared/model/metrics";
import type { Environment } from "../agents/agent";
import { type MetricsServer, openMetricsServer } from "../metrics-server";
import type { Store } from "../store/open";
import { numberSetting } from "../store/settings";
import { readMetrics } from "./metrics";

const METRICS_PORT = "runner.metricsPort";

/** How often the setting is looked at, and a port that is taken tried again, in milliseconds. */
const LOOK_MS = 5_000;

export interface MetricsDuty {
  stop(): Promise<void>;
}

/**
 * Serves the figures of a database on the port that is set for it, while this process starts its tasks; follows the
 * setting. A port that somebody else has is tried again and again.
 */
export function serveMetrics(store: Store, environment: Environment, lookMs: number = LOOK_MS): MetricsDuty {
  const read = async () => prometheusText(await readMetrics(store, environment));
  let server: MetricsServer | null = null;
  let served = 0;
  let stopped = false;
  let turn: Promise<void> = Promise.resolve();

  const follow = async (): Promise<void> => {
    const wanted = stopped ? 0 : numberSetting(store.read, METRICS_PORT);
    if (wanted === served) return;
    const before = server;
    server = null;
    served = 0;
    await before?.close();
    if (wanted === 0) return;
    server = await openMetricsServer(read, wanted);
    served = wanted;
  };
  const look = (): void => {
    turn = turn.then(follow).catch(() => undefined);
  };
  const unsubscribe = store.changes.subscribe(look);
  const timer = setInterval(look, lookMs);
  timer.unref();
  look();
  return {
    async stop() {
      stopped = true;
      unsubscribe();
      clearInterval(timer);
      look();
      await turn;
    },
  };
}
