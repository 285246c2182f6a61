import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import type { Environment } from "../agents/agent";
import { thisHost } from "../process-identity";
import { FLEET_PREFIX, type FleetNames, fleetNames } from "./protocol";
import { FLEET_VARIABLES, type RedisAddress, redisAddress } from "./redis-address";
import { type FleetKeys, readFleetKeys } from "./sealed";

/** What leads to a fleet. */
export interface FleetAccess {
  readonly address: RedisAddress;
  readonly keys: FleetKeys | null;
  readonly names: FleetNames;
}

/**
 * The fleet that an environment names; null: none.
 * @throws HiveError for an address or a key that is none
 */
export function fleetAccess(environment: Environment): FleetAccess | null {
  const address = redisAddress(environment);
  if (address === null) return null;
  const prefix = environment[FLEET_VARIABLES.prefix]?.trim() || FLEET_PREFIX;
  return { address, keys: readFleetKeys(environment[FLEET_VARIABLES.key] ?? ""), names: fleetNames(prefix) };
}

/** Changes when another fleet is meant. Holds secrets: for comparing alone. */
export function accessStamp(environment: Environment): string {
  return JSON.stringify(Object.values(FLEET_VARIABLES).map((name) => environment[name] ?? ""));
}

/**
 * The database's name in a fleet: the same for every console on this file, and another for a copy of it, which must
 * not take what belongs to the original.
 */
export function databaseName(file: string): string {
  const path = realpathSync(file);
  return createHash("sha256")
    .update(JSON.stringify([machineId(), thisHost.host, path]))
    .digest("hex")
    .slice(0, 32);
}

function machineId(): string {
  try {
    return readFileSync("/etc/machine-id", "utf8").trim();
  } catch {
    return "";
  }
}
