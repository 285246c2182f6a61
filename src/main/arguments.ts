import { resolve } from "node:path";
import type { WindowMode } from "../shared/model/database-choice";

/** What the command line asks of the window. */
export type LaunchRequest =
  | {
      readonly kind: "open";
      /** Absolute; null: the default database. */
      readonly databaseFile: string | null;
      /** Absolute: the plan to show for launch; null: none. */
      readonly planFile: string | null;
      readonly mode: WindowMode;
    }
  | { readonly kind: "help" }
  | { readonly kind: "invalid"; readonly message: string };

export const USAGE = `Usage: hive-console [--db FILE] [--observe] [--plan FILE]

  --db FILE     open this database (created when missing); default: the one in the user's data folder
  --observe     look at it only: not one byte of it changes, and nothing of it is started from here
  --plan FILE   show this plan, ready to be launched
  --help        print this
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

/**
 * Reads the arguments after the executable (and, while developing, after the program's folder). Whatever is
 * not understood is refused: a mistyped `--bd FILE` must not open the default database instead.
 */
export function readArguments(args: readonly string[], currentFolder: string): LaunchRequest {
  const files = new Map<string, string>();
  let mode: WindowMode = "operate";
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? "";
    if (argument === "--help" || argument === "-h") return { kind: "help" };
    if (argument === "--observe") {
      mode = "observe";
      continue;
    }
    const [option = "", ...rest] = argument.split("=");
    const what = FILE_OPTIONS.get(option);
    if (what !== undefined) {
      const value = argument === option ? args[++index] : rest.join("=");
      if (value === undefined || value === "" || value.startsWith("--")) {
        return { kind: "invalid", message: `${option} needs the path of a ${what}` };
      }
      files.set(option, resolve(currentFolder, value));
    } else if (!FOREIGN_SWITCH.test(argument)) {
      return { kind: "invalid", message: `unknown argument: ${argument}` };
    }
  }
  return { kind: "open", databaseFile: files.get("--db") ?? null, planFile: files.get("--plan") ?? null, mode };
}
