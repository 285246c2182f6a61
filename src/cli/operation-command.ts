import { type Command, InvalidArgumentError } from "commander";
import type { Core } from "../main/core/client";
import { type Caller, operator } from "../main/core/operations/hive/caller";
import type { Store } from "../main/core/store/open";
import { HiveError } from "../shared/errors";
import { openToAct, openToRead } from "./database";
import { EXIT, type ExitCode } from "./exit-codes";
import { operatorName } from "./operator";
import type { Outputs } from "./output";

export interface DatabaseFlags {
  readonly db?: string;
  readonly json?: boolean;
}

/** How commands hang into the program. */
export interface CommandSetting {
  readonly outputs: Outputs;
  readonly addDatabaseOption: (command: Command) => Command;
  readonly databaseFile: (flags: DatabaseFlags) => string;
  readonly done: (code: ExitCode) => void;
}

/** Looks at a database and changes nothing in it. */
export async function looking(
  { outputs, databaseFile, done }: CommandSetting,
  flags: DatabaseFlags,
  work: (store: Store) => Promise<ExitCode | undefined>,
): Promise<void> {
  const core = await openToRead(databaseFile(flags), outputs.err);
  done(await closing(core, () => work(core.store)));
}

export interface ActingOptions {
  /** Make the database when there is none. */
  readonly create?: boolean;
}

/** Acts on a database as the person who typed the command: every act is audited under that name. */
export async function acting(
  { outputs, databaseFile, done }: CommandSetting,
  flags: DatabaseFlags,
  work: (store: Store, caller: Caller) => Promise<ExitCode | undefined>,
  { create = false }: ActingOptions = {},
): Promise<void> {
  const core = await openToAct(databaseFile(flags), { create }, outputs.err);
  done(await closing(core, () => work(core.store, operator(operatorName()))));
}

async function closing(core: Core, work: () => Promise<ExitCode | undefined>): Promise<ExitCode> {
  try {
    return (await work()) ?? EXIT.ok;
  } finally {
    await core.close();
  }
}

/** A command's answer where the operation's is that there is no such thing. */
export function notFound(what: "task" | "worker" | "plan", id: string, file: string): HiveError {
  const list = what === "task" ? "hive task list" : `hive ${what} list`;
  return new HiveError("not_found", `There is no ${what} ${id} in ${file}. List them with: ${list}`, { id });
}

/** A JSON object on the command line. */
export function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, as for everything else that is no object.
  }
  throw new InvalidArgumentError(`Give a JSON object, for example '{"key": "value"}'.`);
}

export function parseInteger(text: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError("Give a whole number.");
  return value;
}

/** For an option that may be given several times. */
export function collect(text: string, given: readonly string[] = []): string[] {
  return [...given, text];
}
