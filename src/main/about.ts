import { app } from "electron";
import manifest from "../../package.json";
import type { AppInfo } from "../shared/model/views";
import type { Core } from "./core/client";
import { runnerInfoOf } from "./runner-info";

/** Versions, the open database and the runner, for the status bar and the about box. */
export function describeApp(core: Core): AppInfo {
  const { electron, chrome, node } = process.versions;
  const database = core.store.info();
  return {
    version: manifest.version,
    runtime: electron === manifest.devDependencies.electron ? "official" : "fallback",
    versions: { electron, chrome, node, sqlite: database.sqliteVersion },
    database,
    runner: runnerInfoOf(core),
    platform: process.platform,
    homeFolder: app.getPath("home"),
  };
}
