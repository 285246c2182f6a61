import { isAbsolute } from "node:path";
import type { IpcMain, IpcMainInvokeEvent } from "electron";
import { CHANNELS } from "../../shared/channels";

export interface DropOptions {
  readonly ipcMain: Pick<IpcMain, "handle">;
  readonly isTrusted: (event: IpcMainInvokeEvent) => boolean;
  /** Makes a file known and gives its id. */
  readonly name: (path: string) => string;
}

/**
 * Takes the paths of files that were dropped on the window and answers with the ids that the page may name them by. Only
 * preload can reach this channel, and it has paths only of files that a person dropped.
 */
export function registerDrops({ ipcMain, isTrusted, name }: DropOptions): void {
  ipcMain.handle(CHANNELS.drop, (event, path: unknown): string | null =>
    isTrusted(event) && typeof path === "string" && isAbsolute(path) ? name(path) : null,
  );
}
