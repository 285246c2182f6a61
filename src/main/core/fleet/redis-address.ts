import { readFileSync } from "node:fs";
import type { RedisOptions } from "ioredis";
import { HiveError } from "../../../shared/errors";
import type { Environment } from "../agents/agent";

/** The variables by which consoles, the command and workers find their fleet. In a window safe storage stands before them. */
export const FLEET_VARIABLES = {
  /** `redis://` or `rediss://`, name and password included. */
  redis: "HIVE_FLEET_REDIS",
  /** Another name for the certificates' authority than the system's: a file in PEM. */
  ca: "HIVE_FLEET_CA",
  /** What is sealed with (sealed.ts). */
  key: "HIVE_FLEET_KEY",
  /** Where files of tasks go (artifact-target.ts). */
  artifacts: "HIVE_FLEET_ARTIFACTS",
  /** What the names in Redis begin with, for several fleets on one. */
  prefix: "HIVE_FLEET_PREFIX",
} as const;

const DEFAULT_PORT = 6379;
const CONNECT_MS = 10_000;

/** A Redis, ready for ioredis; what it waits for and how it tries again is the caller's. */
export interface RedisAddress {
  readonly options: RedisOptions;
  /** For people: host and port, without name and password. */
  readonly shown: string;
  readonly isEncrypted: boolean;
}

/**
 * Reads an address: `redis://[[NAME]:PASSWORD@]HOST[:PORT][/DATABASE]`, with `rediss:` for TLS.
 * @param caFile PEM of the authority that signed the server's certificate; null: those that the system trusts
 * @throws HiveError `invalid_input`, which never shows the password, or `file_unreadable`
 */
export function readRedisAddress(text: string, caFile: string | null): RedisAddress {
  const given = text.trim();
  if (!URL.canParse(given)) throw noAddress("it is no URL");
  const url = new URL(given);
  if (url.protocol !== "redis:" && url.protocol !== "rediss:")
    throw noAddress("it begins with neither redis:// nor rediss://");
  if (url.hostname === "") throw noAddress("it names no host");
  if (url.search !== "" || url.hash !== "") throw noAddress("it has a ? or # in it (write %3F and %23 in a password)");
  const database = url.pathname.replace(/^\//, "");
  if (!/^\d{0,5}$/.test(database)) throw noAddress("its path is no number of a database");
  const isEncrypted = url.protocol === "rediss:";
  if (caFile !== null && !isEncrypted)
    throw noAddress("a file of certificates is given, and only rediss:// is encrypted");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? DEFAULT_PORT : Number(url.port);
  const [name, password] = [decoded(url.username), decoded(url.password)];
  return {
    shown: `${url.protocol}//${url.hostname}:${port}${database === "" ? "" : `/${database}`}`,
    isEncrypted,
    options: {
      host,
      port,
      connectTimeout: CONNECT_MS,
      ...(name === "" ? {} : { username: name }),
      ...(password === "" ? {} : { password }),
      ...(database === "" ? {} : { db: Number(database) }),
      ...(isEncrypted ? { tls: tlsOptions(caFile) } : {}),
    },
  };
}

/** The fleet's Redis by the environment; null: there is none. Throws as `readRedisAddress`. */
export function redisAddress(environment: Environment): RedisAddress | null {
  const given = environment[FLEET_VARIABLES.redis]?.trim() ?? "";
  const ca = environment[FLEET_VARIABLES.ca]?.trim() ?? "";
  return given === "" ? null : readRedisAddress(given, ca === "" ? null : ca);
}

function tlsOptions(caFile: string | null): NonNullable<RedisOptions["tls"]> {
  return caFile === null ? {} : { ca: certificates(caFile) };
}

function certificates(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new HiveError("file_unreadable", `The certificates of Redis cannot be read: ${cause}.`, { file });
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new HiveError("invalid_input", `${file} holds no certificate in PEM (-----BEGIN CERTIFICATE-----).`, { file });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw noAddress("its name or password holds a % that stands for nothing (write %25)");
  }
}

function noAddress(why: string): HiveError {
  return new HiveError(
    "invalid_input",
    `This is no address of a Redis: ${why}. Write redis://HOST:6379, or rediss://:PASSWORD@HOST:6379 for TLS with a password.`,
  );
}
