import { statSync } from "node:fs";
import { basename } from "node:path";
import { HiveError } from "../../../shared/errors";
import { type Clock, createIdSource, type Random } from "../clock";
import { CACHE_KIB, requireHive } from "./adopt";
import { readManifest } from "./bundle-file";
import { type ChangeFeed, createChangeFeed } from "./change-feed";
import type { Deadline } from "./connect";
import type { ReadableDatabase } from "./database";
import { checkFile } from "./file-checks";
import { columnsOf } from "./migrations/found";
import { schemaVersion } from "./migrations/migrate";
import { createObserveFeed } from "./observe-feed";
import { observePlans } from "./observe-plans";
import { coverWithViews } from "./observe-shape";
import { openSource } from "./observe-source";
import type { Store } from "./open";
import { translateSqliteError } from "./sqlite-errors";
import { createWriteTally } from "./write-stats";

export interface ObserveOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly nativeBinding: string | undefined;
  readonly deadline: Deadline;
}

/**
 * Opens a database to look at it: of any console's schema, or of none. Writes are refused with `not_allowed`.
 * Throws what `openStore` does, but for what has to do with writing.
 */
export async function observe({ file, clock, random, nativeBinding, deadline }: ObserveOptions): Promise<Store> {
  checkFile(file, "read");
  const source = await openSource({ file, nativeBinding, deadline }).catch((error: unknown) => {
    throw translateSqliteError(error, file);
  });
  try {
    const read = source.connection as ReadableDatabase;
    read.pragma(`cache_size = -${CACHE_KIB}`);
    const version = schemaVersion(read);
    if (version === null) requireHive(read, file);
    coverWithViews(read, nativeBinding);
    const feed = await createFeed(read, clock);
    const sqliteVersion = String(read.prepare("SELECT sqlite_version()").pluck().get());
    const notice = source.copied === null ? null : copyNotice(file, source.copied, clock.now());
    const bundle = readManifest(read);
    let closing: Promise<void> | null = null;
    const shut = async () => {
      await feed.stop();
      await source.close();
    };
    return {
      file,
      filesFolder: `${file}.files`,
      read,
      write: () => Promise.reject(bundle === null ? refusal(file, source.copied) : bundleRefusal(file)),
      writes: createWriteTally().read,
      unkeptWrites: createWriteTally().unkept,
      newId: createIdSource(clock, random),
      clock,
      random,
      changes: feed.changes,
      info: () => ({
        file,
        name: basename(file),
        mode: "observe",
        sqliteVersion,
        schemaVersion: version ?? 0,
        walBytes: statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
        notice,
        ...(bundle !== null && { bundle }),
      }),
      close: () => {
        closing ??= shut();
        return closing;
      },
    };
  } catch (error) {
    await source.close();
    throw translateSqliteError(error, file);
  }
}

interface Feed {
  readonly changes: ChangeFeed;
  stop(): Promise<void>;
}

/** A database that was adopted lists its changes, whoever has it open. */
async function createFeed(read: ReadableDatabase, clock: Clock): Promise<Feed> {
  const columns = columnsOf(read, "console_changes");
  if (["seq", "entity", "id"].every((name) => columns.includes(name))) {
    const changes = createChangeFeed(read);
    return { changes, stop: async () => changes.stop() };
  }
  const isOurs = columnsOf(read, "console_tasks").length > 0;
  const plans = isOurs ? NO_PLANS : await observePlans(read);
  const changes = createObserveFeed({ db: read, clock, plans });
  return { changes, stop: changes.stop };
}

const NO_PLANS = { refresh: async () => undefined, planOf: () => null };

function copyNotice(file: string, why: string, now: number): string {
  const at = new Date(now).toISOString().slice(0, 19).replace("T", " ");
  return `This is a copy of ${file} as of ${at} UTC, because ${why}: later changes are not shown.`;
}

function bundleRefusal(file: string): HiveError {
  return new HiveError(
    "not_allowed",
    `${file} is an incident bundle: a record that nobody changes. Act on the database that it was made from.`,
    {
      file,
    },
  );
}

function refusal(file: string, copied: string | null): HiveError {
  const how =
    copied === null
      ? "To change something, open it to operate (without Observe, or without --observe): a backup is made first."
      : `To change something, copy the file to a folder of your own and open the copy: ${copied}.`;
  return new HiveError("not_allowed", `${file} is open to observe: nothing was changed. ${how}`, { file });
}
