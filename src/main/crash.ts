import { type BrowserWindow, dialog } from "electron";

/** A page that crashes again so soon would crash forever. */
const CRASH_LOOP_MS = 10_000;

/** Brings a crashed page back; gives up, and says so, when it crashes again at once. Tasks are not touched. */
export function recoverFromCrashes(window: BrowserWindow, giveUp: () => void, report: (message: string) => void): void {
  let lastCrash = Number.NEGATIVE_INFINITY;
  window.webContents.on("render-process-gone", (_event, { reason }) => {
    if (reason === "clean-exit" || window.isDestroyed()) return;
    report(`the page is gone: ${reason}`);
    const now = performance.now();
    if (now - lastCrash > CRASH_LOOP_MS) {
      window.webContents.reload();
    } else {
      dialog.showErrorBox(
        "Hive Console closes",
        `Its page crashed twice in a row (${reason}). Running tasks go on; start the console again to see them.`,
      );
      giveUp();
    }
    lastCrash = now;
  });
}
