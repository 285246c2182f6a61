import { type Core, openCore } from "../main/core/client";
import { HiveError } from "../shared/errors";
import type { Output } from "./output";

/**
 * Opens an existing database to look at it: looking at one neither adopts it nor changes a byte of it. Where that
 * takes a copy, `err` says so.
 */
export function openToRead(file: string, err: Output): Promise<Core> {
  return open({ file, mode: "observe", runner: null }, err);
}

/** Opens a database to change something in it; nothing is dispatched. Where that adopts it, `err` says so. */
export function openToAct(file: string, { create }: { readonly create: boolean }, err: Output): Promise<Core> {
  return open({ file, mode: create ? "create" : "operate", runner: null }, err);
}

/** Opens a database, made when missing, and takes part in running its tasks. */
export function openToRun(file: string, slots: number | null, err: Output): Promise<Core> {
  return open({ file, mode: "create", runner: { slots, program: "cli" } }, err);
}

/** Opens an existing database and takes part in running its tasks. `slots` null: as many as it was set to last. */
export function openToFollow(file: string, slots: number | null, err: Output): Promise<Core> {
  return open({ file, mode: "operate", runner: { slots, program: "cli" } }, err);
}

/** The packaged SQLite addon crashes the process on an older Node-API. */
const LEAST_NODE_API = 10;

export function requireNodeApi(): void {
  if (process.env.HIVE_SQLITE_BINDING || Number(process.versions.napi) >= LEAST_NODE_API) return;
  throw new HiveError(
    "not_allowed",
    `hive needs Node 22 or newer, and this is ${process.version}. Run it as "npm run hive -- ...", which brings its own.`,
  );
}

async function open(options: Parameters<typeof openCore>[0], err: Output): Promise<Core> {
  requireNodeApi();
  const core = await asDatabaseError(() => openCore(options));
  const { notice } = core.store.info();
  if (notice !== null) err.line(`${err.paint("yellow", "hive:")} ${notice}`);
  return core;
}

/** A plan file and a database that cannot be read are the same error, but not the same exit code. */
export async function asDatabaseError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HiveError && error.code === "file_unreadable") {
      throw new HiveError("database_unwritable", error.message, error.details);
    }
    throw error;
  }
}
