import { join, resolve } from "node:path";
import { app } from "electron";
import { dataFolder } from "./core/paths";

/** The list of databases that windows on this computer had open. */
export function databasesFile(): string {
  return join(dataFolder(), "databases.json");
}

/** What follows the executable or, while developing, the program's folder: before it stand Electron's own. */
export function ownArguments(): string[] {
  const program = process.defaultApp ? process.argv.findIndex((part) => resolve(part) === app.getAppPath()) : 0;
  return process.argv.slice(program + 1);
}
