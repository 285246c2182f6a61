import { homedir } from "node:os";
import { join, resolve } from "node:path";

const APP_FOLDER = "hive-console";

interface Place {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The folder of the program's data: `HIVE_DATA_DIR`, else where Electron keeps an app's user data on this
 * platform, so that the window and the command line meet in the same place.
 */
export function dataFolder(place: Place = { platform: process.platform, home: homedir(), env: process.env }): string {
  const { platform, home, env } = place;
  if (env.HIVE_DATA_DIR) return resolve(env.HIVE_DATA_DIR);
  if (platform === "darwin") return join(home, "Library", "Application Support", APP_FOLDER);
  if (platform === "win32") return join(env.APPDATA || join(home, "AppData", "Roaming"), APP_FOLDER);
  return join(env.XDG_CONFIG_HOME || join(home, ".config"), APP_FOLDER);
}

/** The database that the window and `hive` open when none is named. */
export function defaultDatabaseFile(): string {
  return join(dataFolder(), "hive.db");
}
