import { join } from "node:path";
import { app, type BrowserWindow, type IpcMainInvokeEvent, ipcMain, Menu, net } from "electron";
import { version } from "../../package.json";
import type { WindowMode } from "../shared/model/database-choice";
import { createAgentEnvironment } from "./agent-environment";
import { lastingSwitches } from "./arguments";
import { createClosing, type TasksAtEnd } from "./closing";
import { databasesFile, ownArguments } from "./command-line";
import { openMachineSettings } from "./core/machine-settings";
import { knownAgents } from "./core/operations/agents";
import { dataFolder } from "./core/paths";
import { recoverFromCrashes } from "./crash";
import { createDatabases } from "./databases";
import { createDesk } from "./desk";
import type { Diagnostics } from "./diagnostics";
import { createDialogs } from "./dialogs";
import { createExplorer } from "./explorer/client";
import { createLogSearches } from "./explorer/log-searches";
import { forkUtility } from "./explorer/utility";
import { registerDrops } from "./ipc/drops";
import { registerCalls } from "./ipc/register";
import { createMenu } from "./menu";
import { startNews } from "./news";
import type { Page } from "./page";
import { openPlanDrafts } from "./plan-drafts";
import type { PlanFiles } from "./plan-files";
import { createPlanReader } from "./plan-reader";
import { createPlanSources } from "./plan-sources";
import type { Preferences } from "./preferences";
import { LLM_KEY, openSafeStorage } from "./safe-storage";
import { createSamples } from "./samples";
import { takeFromSystem } from "./system-requests";
import { createUpdateDuty } from "./update-duty";
import { tellOfUpdate, tellOutcome } from "./update-words";
import { isResponsive, senderTo } from "./window";
import { answerSecondStart, NOTHING_SHOWN, type Shown, startConsole, takeDatabase, windowFolder } from "./windows";
import { createZoom } from "./zoom";

export interface WiringOptions {
  readonly window: BrowserWindow;
  readonly page: Page;
  readonly preferences: Preferences;
  readonly files: PlanFiles;
  readonly diagnostics: Diagnostics;
  readonly databaseFile: string;
  readonly mode: WindowMode;
  readonly nativeBinding: string | undefined;
  /** Of this window, under the program's data folder. */
  readonly folder: string;
  /** Of the program, and of what it brings along. */
  readonly root: string;
  readonly resources: string;
  readonly urlOf: (shown: Shown) => string;
}

export interface Wiring {
  /** To be called when the page is there. */
  afterLoading(): void;
}

/** Starts everything behind a window, and sees to its ordered end. The database opens while the page loads. */
export function wireWindow(options: WiringOptions): Wiring {
  const { window, page, preferences, files, diagnostics, databaseFile, mode, nativeBinding } = options;
  const { folder, root, resources, urlOf } = options;
  const { report } = diagnostics;
  const send = senderTo(window);
  const zoom = createZoom(window, preferences);
  const dialogs = createDialogs(window, preferences);
  const reader = createPlanReader(join(root, "out", "main", "plan-reader-thread.cjs"), () => knownAgents(desk.file()));
  const explorer = createExplorer({ fork: () => forkUtility(join(root, "out", "main", "explorer.cjs")) });
  const machine = openMachineSettings();
  // On Windows the key that encrypts belongs to the profile, and so to the window's folder.
  const secrets = openSafeStorage(join(process.platform === "win32" ? folder : dataFolder(), "secrets.json"));
  diagnostics.hide(() => [secrets.read(LLM_KEY)]);
  const { environment } = createAgentEnvironment(process.env, machine, secrets);
  const desk = createDesk({
    file: databaseFile,
    mode,
    machine,
    secrets,
    environment,
    preferences,
    databases: createDatabases({ listFile: databasesFile(), files, now: Date.now, report }),
    news: (core) =>
      startNews({
        core,
        window,
        machine,
        icons: {
          notification: join(resources, "icons", "128x128.png"),
          tray: join(resources, "icons", "32x32.png"),
        },
        show: (place) => void window.loadURL(`${page.url}${place}`),
        quit: () => closing.request(),
        report,
      }),
    window,
    dialogs,
    samples: createSamples(join(resources, "plans"), reader),
    sources: createPlanSources(reader, openPlanDrafts(join(app.getPath("userData"), "drafts"), report)),
    files,
    reader,
    homeFolder: app.getPath("home"),
    nativeBinding,
    searches: createLogSearches(explorer),
    explorer,
    answerClosing: (choice) => closing.answer(choice),
    queryFile: (file) => join(windowFolder(dataFolder(), file), "queries.json"),
    takeDatabase: (file) => takeDatabase(windowFolder(dataFolder(), file), NOTHING_SHOWN),
    openWindow: (file, how) => startAnother(["--db", file, ...(how === "observe" ? ["--observe"] : [])]),
    zoom,
    report,
  });
  const closing = createClosing({
    running: desk.running,
    askPage(running) {
      send("closing", { running });
      return isResponsive(window);
    },
    askNatively: dialogs.closing,
    end,
  });

  /** A console beside this one. `args`: as on the command line. */
  const startAnother = (args: readonly string[]): Promise<void> =>
    startConsole({
      args,
      switches: lastingSwitches(ownArguments()),
      environment: { ...process.env, ...(nativeBinding === undefined ? {} : { HIVE_SQLITE_BINDING: nativeBinding }) },
    });

  async function end(tasks: TasksAtEnd): Promise<void> {
    await desk.end(tasks);
    explorer.stop();
    updates.stop();
    window.destroy();
    app.quit();
  }

  window.on("close", (event) => {
    event.preventDefault();
    closing.request();
  });
  window.on("session-end", () => closing.endNow("leave"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => closing.endNow("leave"));
  const updates = createUpdateDuty({
    machine,
    version,
    fetch: (url, init) => net.fetch(url, init),
    stateFile: join(dataFolder(), "updates.json"),
    now: Date.now,
    tell: (update) => void tellOfUpdate(window, update),
    report,
  });
  recoverFromCrashes(window, () => closing.endNow("leave"), report);
  Menu.setApplicationMenu(
    createMenu({
      send: (name) => send("command", { name }),
      zoom,
      development: page.isDevelopment,
      revealLog: diagnostics.reveal,
      askForUpdate: () => void updates.ask().then((outcome) => tellOutcome(window, outcome, version)),
    }),
  );
  const isTrusted = ({ senderFrame }: IpcMainInvokeEvent): boolean =>
    !window.isDestroyed() && senderFrame === window.webContents.mainFrame && senderFrame.origin === page.origin;
  registerDrops({ ipcMain, isTrusted, name: files.name });
  registerCalls({
    ipcMain,
    handlers: desk.handlers,
    isTrusted,
    report,
    now: () => performance.now(),
  });

  answerSecondStart(window, (shown) => void window.loadURL(urlOf(shown)));
  takeFromSystem((request) => startAnother([request]).catch((error: Error) => report(error.message)));
  return { afterLoading: updates.start };
}
