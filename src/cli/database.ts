import { type Core, openCore } from "../main/core/client";
import { HiveError } from "../shared/errors";

/** Opens an existing database to read it; nothing is dispatched. */
export function openToRead(file: string): Promise<Core> {
  return open({ file, create: false, runner: null });
}

/** Opens a database, made when missing, and takes part in running its tasks. */
export function openToRun(file: string, slots: number): Promise<Core> {
  return open({ file, create: true, runner: { slots, program: "cli" } });
}

/** The packaged SQLite addon crashes the process on an older Node-API. */
const LEAST_NODE_API = 10;

function requireNodeApi(): void {
  if (process.env.HIVE_SQLITE_BINDING || Number(process.versions.napi) >= LEAST_NODE_API) return;
  throw new HiveError(
    "not_allowed",
    `hive needs Node 22 or newer, and this is ${process.version}. Run it as "npm run hive -- ...", which brings its own.`,
  );
}

async function open(options: Parameters<typeof openCore>[0]): Promise<Core> {
  requireNodeApi();
  try {
    return await openCore(options);
  } catch (error) {
    // A plan file and a database that cannot be read are the same error, but not the same exit code.
    if (error instanceof HiveError && error.code === "file_unreadable") {
      throw new HiveError("database_unwritable", error.message, error.details);
    }
    throw error;
  }
}
