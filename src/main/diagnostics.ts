import { join } from "node:path";
import { app, type BrowserWindow, dialog, shell } from "electron";
import { keepCrashReports, newCrashReports } from "./crash-reports";
import { openLogFile } from "./log-file";
import { redactLine, secretValues } from "./redact-line";
import { reportUncaught } from "./uncaught";

/** What the program writes down about itself. All of it stays on this computer. */
export interface Diagnostics {
  /** Says it on stderr and in the log. */
  report(message: string): void;
  /** Secrets that appear in no line from now on, beside those of the environment. */
  hide(secrets: () => readonly (string | null)[]): void;
  /** Shows the log in the system's file manager. */
  reveal(): void;
  /** Tells of crashes since somebody was told last. */
  tellOfCrashes(window: BrowserWindow): void;
}

export interface DiagnosticsOptions {
  /** The program's data folder: `logs/` and `crashes/` are in it. */
  readonly dataFolder: string;
  /** Of this window: each has a log of its own. */
  readonly windowName: string;
  /** What runs, and on what: the first line of each start. */
  readonly headline: string;
}

/** Begins to write down what goes wrong. Only an installed program keeps crash reports. */
export function startDiagnostics({ dataFolder, windowName, headline }: DiagnosticsOptions): Diagnostics {
  const crashes = join(dataFolder, "crashes");
  let others: () => readonly (string | null)[] = () => [];
  const log = openLogFile({
    file: join(dataFolder, "logs", `window-${windowName}.log`),
    now: Date.now,
    redact(text) {
      const known = others().filter((secret) => secret !== null);
      return redactLine(text, [...secretValues(process.env), ...known]);
    },
  });

  function report(message: string): void {
    process.stderr.write(`hive-console: ${message}\n`);
    log.write(message);
  }

  log.write(headline);
  if (app.isPackaged) keepCrashReports(crashes);
  // What must not be lost is in the database: main goes on. Electron by itself shows a box that holds everything, the
  // tasks too, until somebody answers it; where no window is left, nobody can.
  reportUncaught(report);
  app.on("child-process-gone", (_event, { type, name, reason, exitCode }) => {
    const isMeant = reason === "clean-exit" || reason === "killed";
    if (!isMeant) report(`a process of ours is gone: ${name ?? type} (${reason}, ${exitCode})`);
  });
  app.on("quit", (_event, code) => log.write(`ended (${code})`));

  return {
    report,
    hide: (secrets) => {
      others = secrets;
    },
    reveal: () => shell.showItemInFolder(log.file),
    tellOfCrashes(window) {
      const reports = app.isPackaged ? newCrashReports(crashes, Date.now()) : [];
      const [latest] = reports;
      if (latest === undefined || window.isDestroyed()) return;
      const when = new Date(latest.at).toISOString();
      log.write(`crash reports since the last start: ${reports.map(({ file }) => file).join(", ")}`);
      void dialog
        .showMessageBox(window, {
          type: "warning",
          message: "Hive Console crashed",
          detail:
            `A process of it ended by itself (${when}). Tasks run on, and the database is whole: each change is in it ` +
            `or not at all. A report of the crash is on this computer, and was sent nowhere:\n\n${latest.file}`,
          buttons: ["Close", "Show the report"],
          defaultId: 0,
          cancelId: 0,
          noLink: true,
        })
        .then(({ response }) => {
          if (response === 1) shell.showItemInFolder(latest.file);
        });
    },
  };
}
