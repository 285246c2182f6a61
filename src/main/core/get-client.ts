import { HiveError } from "../../shared/errors";
import { createClient } from "./create-client";
import { type Caller, program } from "./operations/hive/caller";
import type { ClientOptions, OrchestrationClient } from "./orchestration-client";
import { openStore } from "./store/open";

/**
 * Opens a database. Throws HiveError: `database_missing`, `database_empty`, `database_not_sqlite`,
 * `database_corrupt`, `database_read_only`, `database_unwritable`, `database_too_new`, `database_busy`, `disk_full`.
 */
export async function getClient(options: ClientOptions): Promise<OrchestrationClient> {
  requireNodeApi();
  const { database, mode = "operate", busyLimitMs, source, heartbeatLimitMs } = checkedOptions(options);
  const store = await openStore({ file: database, mode, ...(busyLimitMs === undefined ? {} : { busyLimitMs }) });
  const caller: Caller = {
    ...program,
    ...(source === undefined ? {} : { source }),
    ...(heartbeatLimitMs === undefined ? {} : { heartbeatLimitMs }),
  };
  return createClient(store, caller);
}

const MODES: readonly unknown[] = ["create", "operate", "observe", undefined];

/** Callers from plain JavaScript have no compiler. */
function checkedOptions(options: ClientOptions): ClientOptions {
  const refuse = (what: string): never => {
    throw new HiveError("invalid_input", `getClient was called with bad input: ${what}.`, {});
  };
  if (typeof options?.database !== "string" || options.database === "") {
    refuse('it needs { database: "path/to/hive.db" }');
  }
  if (!MODES.includes(options.mode)) refuse(`mode is "create", "operate" or "observe", not "${options.mode}"`);
  const { heartbeatLimitMs } = options;
  if (heartbeatLimitMs !== undefined && !(heartbeatLimitMs > 0)) refuse("heartbeatLimitMs is a number above 0");
  return options;
}

/** The packaged SQLite addon crashes the process on an older Node-API. */
const LEAST_NODE_API = 10;

function requireNodeApi(): void {
  if (process.env.HIVE_SQLITE_BINDING || Number(process.versions.napi) >= LEAST_NODE_API) return;
  throw new HiveError("not_allowed", `hive-console needs Node 22 or newer, and this is ${process.version}.`, {
    node: process.version,
  });
}
