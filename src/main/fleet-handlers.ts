import type { Handlers } from "../shared/contract";
import { toErrorBody } from "../shared/errors";
import type { FleetSecrets } from "../shared/fleet-contract";
import type { Environment } from "./core/agents/agent";
import { checkFleet } from "./core/fleet/check-fleet";
import { FLEET_VARIABLES, readRedisAddress, redisAddress } from "./core/fleet/redis-address";
import { readFleetKeys } from "./core/fleet/sealed";
import { createWatchKeeper } from "./core/fleet/watch-keeper";
import { createFleetView } from "./core/operations/fleet";
import type { Store } from "./core/store/open";
import { FLEET_KEY, FLEET_URL, type SafeStorage } from "./safe-storage";

/** Hosts, queues and workers; `close` ends what listens. */
export function fleetViewHandlers(store: Store, environment: Environment) {
  const view = createFleetView(store);
  const keeper = createWatchKeeper(environment, store.clock);
  const handlers = {
    "fleet.overview": async () => view.overview(await keeper.watch()),
  } satisfies Partial<Handlers>;
  return { handlers, close: () => keeper.close() };
}

const TEST_MS = 15_000;

/** What the window keeps of a fleet, and its test. */
export function fleetSecretHandlers(secrets: SafeStorage, environment: Environment) {
  const state = (): FleetSecrets => ({
    url: { ...secrets.state(FLEET_URL), shown: shownUrl(environment) },
    key: { ...secrets.state(FLEET_KEY), keyId: keyIdOf(environment) },
  });
  return {
    "fleet.secrets": state,
    "fleet.setUrl": ({ url }) => {
      // Certificates are checked when it is tested: they may be set after it.
      if (url !== null) readRedisAddress(url, null);
      secrets.write(FLEET_URL, url);
      return state();
    },
    "fleet.setKey": ({ key }) => {
      if (key !== null) readFleetKeys(key);
      secrets.write(FLEET_KEY, key);
      return state();
    },
    "fleet.test": () => checkFleet(environment, AbortSignal.timeout(TEST_MS)),
  } satisfies Partial<Handlers>;
}

function shownUrl(environment: Environment): string | null {
  try {
    return redisAddress(environment)?.shown ?? null;
  } catch (error) {
    return toErrorBody(error).message;
  }
}

function keyIdOf(environment: Environment): string | null {
  try {
    return readFleetKeys(environment[FLEET_VARIABLES.key] ?? "")?.first.id ?? null;
  } catch {
    return null;
  }
}
