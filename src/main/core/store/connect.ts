import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import type { Clock } from "../clock";
import { isBusy } from "./sqlite-errors";

const RETRY_MS = 25;

export interface ConnectOptions {
  readonly readonly: boolean;
  readonly mustExist: boolean;
  /** How long a statement blocks the thread for another program's lock, in milliseconds. */
  readonly timeoutMs: number;
  readonly nativeBinding: string | undefined;
}

export function connect(
  file: string,
  { readonly, mustExist, timeoutMs, nativeBinding }: ConnectOptions,
): Database.Database {
  return new Database(file, {
    readonly,
    fileMustExist: mustExist,
    timeout: timeoutMs,
    ...(nativeBinding ? { nativeBinding } : {}),
  });
}

/** Path of the compiled SQLite addon when it is not the packaged one. */
export function bindingOf(given: string | undefined): string | undefined {
  return given ?? process.env.HIVE_SQLITE_BINDING;
}

/** A moment on the monotonic clock, and the clock. */
export interface Deadline {
  readonly clock: Clock;
  readonly at: number;
}

/** Tries until no other program is in the way, without blocking this one meanwhile. */
export async function untilFree<T>({ clock, at }: Deadline, work: () => T): Promise<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || clock.monotonic() > at) throw error;
      await delay(RETRY_MS);
    }
  }
}
