import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { WindowMode } from "../shared/model/database-choice";
import { LINK_SCHEME, parseLink, type TaskLink } from "./links";

/** What the command line asks of the window. */
export type LaunchRequest =
  | {
      readonly kind: "open";
      /** Absolute; null: the default database. */
      readonly databaseFile: string | null;
      /** Absolute: the plan to show for launch; null: none. */
      readonly planFile: string | null;
      /** Null: none. */
      readonly link: TaskLink | null;
      /** Null: as that database was opened last. */
      readonly mode: WindowMode | null;
    }
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "invalid"; readonly message: string };

export const USAGE = `Usage: hive-console [--db FILE] [--observe] [--plan FILE] [FILE | hive://task/ID]

  --db FILE     open this database (created when missing); default: the one in the user's data folder
  --observe     look at it only: not one byte of it changes, and nothing of it is started from here
  --plan FILE   show this plan, ready to be launched
  --version     print the version
  --help        print this
  FILE          a database or a plan, whichever it is; a database is opened as it was last, at first only to look at
  hive://...    show this task, in the database that has it
`;

/** Switches that Electron and Chromium read for themselves from the same command line. */
const FOREIGN_SWITCH =
  /^--(no-sandbox|no-zygote|disable-|enable-|force-|ozone-|use-|gtk-version|js-flags|lang=|inspect|remote-debugging-|log-|password-store|user-data-dir|trace-|unsafely-|original-process-start-time)|^-psn_/;

/** Options that name a file, and what it holds. */
const FILE_OPTIONS: ReadonlyMap<string, string> = new Map([
  ["--db", "database file"],
  ["--plan", "plan file"],
]);

/** Those of the arguments that are Chromium's and hold for a further window, too; nobody debugs two on one port. */
export function lastingSwitches(args: readonly string[]): string[] {
  return args.filter((argument) => FOREIGN_SWITCH.test(argument) && !/^--(inspect|remote-debugging-)/.test(argument));
}

/** What the options say, while they are read. */
interface Given {
  readonly files: Map<string, string>;
  mode: WindowMode | null;
  link: TaskLink | null;
  /** The database was named without an option. */
  isUnnamed: boolean;
}

/**
 * Reads the arguments after the executable (and, while developing, after the program's folder). Whatever is
 * not understood is refused: a mistyped `--bd FILE` must not open the default database instead.
 * `isDatabase`: tells of a file that is named without an option what it is.
 */
export function readArguments(
  args: readonly string[],
  currentFolder: string,
  isDatabase: (file: string) => boolean,
): LaunchRequest {
  const given: Given = { files: new Map(), mode: null, link: null, isUnnamed: false };
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? "";
    if (argument === "--help" || argument === "-h") return { kind: "help" };
    if (argument === "--version" || argument === "-v") return { kind: "version" };
    if (argument === "--observe") {
      given.mode = "observe";
      continue;
    }
    const [option = "", ...rest] = argument.split("=");
    const what = FILE_OPTIONS.get(option);
    if (what !== undefined) {
      const value = argument === option ? args[++index] : rest.join("=");
      if (value === undefined || value === "" || value.startsWith("--")) {
        return invalid(`${option} needs the path of a ${what}`);
      }
      given.files.set(option, resolve(currentFolder, value));
    } else if (!FOREIGN_SWITCH.test(argument)) {
      const problem = takeUnnamed(argument, given, currentFolder, isDatabase);
      if (problem !== null) return invalid(problem);
    }
  }
  const { files, mode, link } = given;
  // A link comes from outside, by the system: whatever else stands beside it was not typed by the operator.
  if (link !== null && (files.size > 0 || mode !== null)) return invalid("a link stands alone");
  const databaseFile = files.get("--db") ?? null;
  // Whoever names a database, or none, means to work with it; a click on a file or a link is no such word.
  const isClicked = link !== null || given.isUnnamed;
  return {
    kind: "open",
    databaseFile,
    planFile: files.get("--plan") ?? null,
    link,
    mode: mode ?? (isClicked ? null : "operate"),
  };
}

function invalid(message: string): LaunchRequest {
  return { kind: "invalid", message };
}

/** A link, or a file as the system's file manager names it. Null: it was taken; else what is wrong with it. */
function takeUnnamed(
  argument: string,
  given: Given,
  currentFolder: string,
  isDatabase: (file: string) => boolean,
): string | null {
  if (argument.toLowerCase().startsWith(LINK_SCHEME)) {
    if (given.link !== null) return "one link at a time";
    given.link = parseLink(argument);
    return given.link === null ? "this link is none of Hive Console's: they are written hive://task/ID" : null;
  }
  if (argument.startsWith("-") || argument === "") return `unknown argument: ${argument}`;
  const file = pathOf(argument, currentFolder);
  if (file === null) return `not a file of this computer: ${argument}`;
  const option = isDatabase(file) ? "--db" : "--plan";
  if (given.files.has(option)) return `one ${FILE_OPTIONS.get(option)} at a time`;
  given.files.set(option, file);
  if (option === "--db") given.isUnnamed = true;
  return null;
}

function pathOf(argument: string, currentFolder: string): string | null {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(argument)) return resolve(currentFolder, argument);
  try {
    return fileURLToPath(argument);
  } catch {
    return null;
  }
}
