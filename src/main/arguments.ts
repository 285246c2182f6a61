import { resolve } from "node:path";

/** What the command line asks of the window. */
export type LaunchRequest =
  | { readonly kind: "open" /** Absolute; null: the default database. */; readonly databaseFile: string | null }
  | { readonly kind: "help" }
  | { readonly kind: "invalid"; readonly message: string };

export const USAGE = `Usage: hive-console [--db FILE]

  --db FILE   open this database (created when missing); default: the one in the user's data folder
  --help      print this
`;

/** Switches that Electron and Chromium read for themselves from the same command line. */
const FOREIGN_SWITCH =
  /^--(no-sandbox|no-zygote|disable-|enable-|force-|ozone-|use-|gtk-version|js-flags|lang=|inspect|remote-debugging-|log-|password-store|user-data-dir|trace-|unsafely-|original-process-start-time)|^-psn_/;

/**
 * Reads the arguments after the executable (and, while developing, after the program's folder). Whatever is
 * not understood is refused: a mistyped `--bd FILE` must not open the default database instead.
 */
export function readArguments(args: readonly string[], currentFolder: string): LaunchRequest {
  let databaseFile: string | null = null;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? "";
    if (argument === "--help" || argument === "-h") return { kind: "help" };
    if (argument === "--db" || argument.startsWith("--db=")) {
      const value = argument === "--db" ? args[++index] : argument.slice("--db=".length);
      if (value === undefined || value === "" || value.startsWith("--")) {
        return { kind: "invalid", message: "--db needs the path of a database file" };
      }
      databaseFile = resolve(currentFolder, value);
    } else if (!FOREIGN_SWITCH.test(argument)) {
      return { kind: "invalid", message: `unknown argument: ${argument}` };
    }
  }
  return { kind: "open", databaseFile };
}
