import { toErrorBody } from "../../../shared/errors";
import type { Environment } from "../agents/agent";
import type { Clock } from "../clock";
import { accessStamp, fleetAccess } from "./fleet-access";
import { type FleetWatch, openFleetWatch } from "./fleet-watch";

/** Whoever looks asks again within seconds. */
const IDLE_MS = 30_000;

/** Listens to a fleet while somebody looks, and to another one when the environment names another. */
export interface WatchKeeper {
  /** Null: the environment names none. */
  watch(): Promise<FleetWatch | null>;
  close(): void;
}

export function createWatchKeeper(environment: Environment, clock: Pick<Clock, "now">): WatchKeeper {
  let open: { readonly stamp: string; readonly watch: Promise<FleetWatch | null> } | null = null;
  let idle: NodeJS.Timeout | undefined;
  let closed = false;
  const close = (): void => {
    clearTimeout(idle);
    void open?.watch.then((watch) => watch?.close());
    open = null;
  };
  const begin = async (): Promise<FleetWatch | null> => {
    try {
      const access = fleetAccess(environment);
      return access === null ? null : await openFleetWatch(access, clock);
    } catch (error) {
      return brokenWatch(toErrorBody(error).message);
    }
  };
  return {
    async watch() {
      if (closed) return null;
      const stamp = accessStamp(environment);
      if (open?.stamp !== stamp) close();
      open ??= { stamp, watch: begin() };
      clearTimeout(idle);
      idle = setTimeout(close, IDLE_MS);
      idle.unref();
      return open.watch;
    },
    close() {
      closed = true;
      close();
    },
  };
}

/** What is set cannot be used. */
function brokenWatch(trouble: string): FleetWatch {
  return {
    connection: () => ({ shown: "", trouble, keyId: null }),
    workers: () => [],
    hearsAll: () => false,
    refused: () => [],
    settled: () => Promise.resolve(),
    close: () => undefined,
  };
}
