import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type BrowserWindow, dialog, type FileFilter, type OpenDialogOptions } from "electron";
import type { CloseChoice } from "./closing";
import type { Preferences } from "./preferences";

const PLAN_FILES: FileFilter[] = [
  { name: "Plans", extensions: ["yaml", "yml", "json", "hiveplan"] },
  { name: "All files", extensions: ["*"] },
];

const DATABASE_FILES: FileFilter[] = [
  { name: "SQLite databases", extensions: ["db", "sqlite", "sqlite3", "hivedb"] },
  { name: "All files", extensions: ["*"] },
];

const SETTINGS_FILES: FileFilter[] = [
  { name: "Settings", extensions: ["json"] },
  { name: "All files", extensions: ["*"] },
];

/** The system's dialogs: the only way by which a path gets into the program while it runs. */
export interface Dialogs {
  planFile(): Promise<string | null>;
  /** `proposed`: the whole path to begin with. */
  savePlan(proposed: string): Promise<string | null>;
  /** `current`: where to begin; null: where the last choice was. */
  folder(current: string | null): Promise<string | null>;
  databaseFile(): Promise<string | null>;
  /** Where a new one is to be made. */
  newDatabaseFile(): Promise<string | null>;
  settingsFile(): Promise<string | null>;
  /** `name`: of the file, where nobody chooses another. */
  saveFile(title: string, name: string): Promise<string | null>;
  closing(running: number): Promise<CloseChoice>;
}

export function createDialogs(window: BrowserWindow, preferences: Preferences): Dialogs {
  async function choose(options: OpenDialogOptions): Promise<string | null> {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      defaultPath: preferences.values.lastFolder ?? homedir(),
      ...options,
    });
    return canceled ? null : (filePaths[0] ?? null);
  }

  async function chooseFile(title: string, filters: FileFilter[]): Promise<string | null> {
    const file = await choose({ title, filters, properties: ["openFile"] });
    if (file !== null) preferences.update({ lastFolder: dirname(file) });
    return file;
  }

  return {
    planFile: () => chooseFile("Launch a plan", PLAN_FILES),
    async savePlan(proposed) {
      const { canceled, filePath } = await dialog.showSaveDialog(window, {
        title: "Save the plan",
        defaultPath: proposed,
        filters: PLAN_FILES,
        properties: ["createDirectory", "showOverwriteConfirmation"],
      });
      if (canceled || filePath === "") return null;
      preferences.update({ lastFolder: dirname(filePath) });
      return filePath;
    },
    databaseFile: () => chooseFile("Open a database", DATABASE_FILES),
    async newDatabaseFile() {
      const { canceled, filePath } = await dialog.showSaveDialog(window, {
        title: "Create a database",
        defaultPath: join(preferences.values.lastFolder ?? homedir(), "hive.db"),
        filters: DATABASE_FILES,
        properties: ["createDirectory"],
      });
      if (canceled || filePath === "") return null;
      preferences.update({ lastFolder: dirname(filePath) });
      return filePath;
    },
    settingsFile: () => chooseFile("Import settings", SETTINGS_FILES),
    async saveFile(title, name) {
      const { canceled, filePath } = await dialog.showSaveDialog(window, {
        title,
        defaultPath: join(preferences.values.lastFolder ?? homedir(), name),
      });
      if (canceled || filePath === "") return null;
      preferences.update({ lastFolder: dirname(filePath) });
      return filePath;
    },
    async folder(current) {
      const start = current === null ? {} : { defaultPath: current };
      const folder = await choose({
        title: "Choose a folder",
        ...start,
        properties: ["openDirectory", "createDirectory"],
      });
      if (folder !== null) preferences.update({ lastFolder: folder });
      return folder;
    },
    async closing(running) {
      const { response } = await dialog.showMessageBox(window, {
        type: "question",
        message: running === 1 ? "1 task is running" : `${running} tasks are running`,
        detail: "Tasks that are left running go on by themselves; the next console takes them over again.",
        buttons: ["Leave running", "Cancel tasks", "Stay"],
        defaultId: 2,
        cancelId: 2,
        noLink: true,
      });
      return (["leave_running", "cancel_tasks", "stay"] as const)[response] ?? "stay";
    },
  };
}
