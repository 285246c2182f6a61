import { getPriority, setPriority } from "node:os";
import { join, resolve } from "node:path";
import { app, type IpcMainInvokeEvent, ipcMain, Menu, session as webSession } from "electron";
import type { WindowMode } from "../shared/model/database-choice";
import { createAgentEnvironment } from "./agent-environment";
import { type LaunchRequest, lastingSwitches, readArguments, USAGE } from "./arguments";
import { createClosing, type TasksAtEnd } from "./closing";
import { openMachineSettings } from "./core/machine-settings";
import { knownAgents } from "./core/operations/agents";
import { dataFolder, defaultDatabaseFile } from "./core/paths";
import { recoverFromCrashes } from "./crash";
import { createDatabases } from "./databases";
import { createDesk } from "./desk";
import { createDialogs } from "./dialogs";
import { createExplorer } from "./explorer/client";
import { createLogSearches } from "./explorer/log-searches";
import { forkUtility } from "./explorer/utility";
import { guardPages } from "./guard";
import { registerDrops } from "./ipc/drops";
import { registerCalls } from "./ipc/register";
import { createMenu } from "./menu";
import { startNews } from "./news";
import { declareScheme, servePage } from "./page";
import { openPlanDrafts } from "./plan-drafts";
import { createPlanFiles } from "./plan-files";
import { createPlanReader } from "./plan-reader";
import { createPlanSources } from "./plan-sources";
import { openPreferences } from "./preferences";
import { openSafeStorage } from "./safe-storage";
import { createSamples } from "./samples";
import { createWindow, isResponsive, senderTo } from "./window";
import { answerSecondStart, startConsole, takeDatabase, windowFolder } from "./windows";
import { createZoom } from "./zoom";

type OpenRequest = Extract<LaunchRequest, { readonly kind: "open" }>;

main();

function main(): void {
  const request = readArguments(ownArguments(), process.cwd());
  if (request.kind === "open") void start(request.databaseFile ?? defaultDatabaseFile(), request);
  else if (request.kind === "help") leave(0, process.stdout, USAGE);
  else leave(2, process.stderr, `hive-console: ${request.message}\n\n${USAGE}`);
}

/** Starts everything, in order. The database opens while the page loads: whoever asks for it, waits for it. */
async function start(databaseFile: string, { planFile, mode }: OpenRequest): Promise<void> {
  const folder = windowFolder(dataFolder(), databaseFile);
  if (!takeDatabase(folder, planFile)) {
    leave(0, process.stdout, `${databaseFile} is open: its window was brought to the front.\n`);
    return;
  }
  declareScheme();
  await app.whenReady();
  restorePriority();

  const root = app.getAppPath();
  // Outside the archive of an installed program: tasks of the samples run in their folder.
  const resources = app.isPackaged ? process.resourcesPath : join(root, "resources");
  const developmentUrl = app.isPackaged ? null : (process.env.ELECTRON_RENDERER_URL ?? null);
  const page = servePage(webSession.defaultSession, join(root, "out", "renderer"), developmentUrl);
  guardPages(webSession.defaultSession, page);

  const preferences = openPreferences(join(folder, "window.json"), report, join(dataFolder(), "window.json"));
  const window = createWindow({
    preloadFile: join(root, "out", "preload", "index.cjs"),
    iconFile: join(resources, "icons", "256x256.png"),
    preferences,
  });
  const send = senderTo(window);
  const zoom = createZoom(window, preferences);
  const dialogs = createDialogs(window, preferences);
  const reader = createPlanReader(join(root, "out", "main", "plan-reader-thread.cjs"), () => knownAgents(desk.file()));
  const files = createPlanFiles(preferences);
  const explorer = createExplorer({ fork: () => forkUtility(join(root, "out", "main", "explorer.cjs")) });
  const nativeBinding = takeNativeBinding();
  const machine = openMachineSettings();
  // On Windows the key that encrypts belongs to the profile, and so to the window's folder.
  const secrets = openSafeStorage(join(process.platform === "win32" ? folder : dataFolder(), "secrets.json"));
  const { environment } = createAgentEnvironment(process.env, machine, secrets);
  const desk = createDesk({
    file: databaseFile,
    mode,
    machine,
    secrets,
    environment,
    preferences,
    databases: createDatabases({ listFile: join(dataFolder(), "databases.json"), files, now: Date.now, report }),
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
    takeDatabase: (file) => takeDatabase(windowFolder(dataFolder(), file), null),
    openWindow,
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

  async function openWindow(file: string, how: WindowMode): Promise<void> {
    await startConsole({
      databaseFile: file,
      mode: how,
      switches: lastingSwitches(ownArguments()),
      environment: { ...process.env, ...(nativeBinding === undefined ? {} : { HIVE_SQLITE_BINDING: nativeBinding }) },
    });
  }

  async function end(tasks: TasksAtEnd): Promise<void> {
    await desk.end(tasks);
    explorer.stop();
    window.destroy();
    app.quit();
  }

  window.on("close", (event) => {
    event.preventDefault();
    closing.request();
  });
  window.on("session-end", () => closing.endNow("leave"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => closing.endNow("leave"));
  recoverFromCrashes(window, () => closing.endNow("leave"), report);
  Menu.setApplicationMenu(
    createMenu({
      send: (name) => send("command", { name }),
      zoom,
      development: developmentUrl !== null,
    }),
  );
  const isTrusted = ({ senderFrame }: IpcMainInvokeEvent): boolean =>
    senderFrame === window.webContents.mainFrame && senderFrame.origin === page.origin;
  registerDrops({ ipcMain, isTrusted, name: files.name });
  registerCalls({
    ipcMain,
    handlers: desk.handlers,
    isTrusted,
    report,
    now: () => performance.now(),
  });

  const planUrl = (file: string): string => `${page.url}#/launch?file=${files.name(file)}`;
  answerSecondStart(window, (file) => void window.loadURL(planUrl(file)));
  await window.loadURL(planFile === null ? page.url : planUrl(planFile));
}

/** What follows the executable or, while developing, the program's folder: before it stand Electron's own. */
function ownArguments(): string[] {
  const program = process.defaultApp ? process.argv.findIndex((part) => resolve(part) === app.getAppPath()) : 0;
  return process.argv.slice(program + 1);
}

/** Where it may (as root), Chromium raises the priority of the thread that tasks are started from and inherit. */
function restorePriority(): void {
  if (getPriority() < 0) setPriority(0);
}

/** Where better-sqlite3's native part for this runtime lies. Tasks must not inherit it: they have another one. */
function takeNativeBinding(): string | undefined {
  const file = process.env.HIVE_SQLITE_BINDING;
  delete process.env.HIVE_SQLITE_BINDING;
  return file;
}

function report(message: string): void {
  process.stderr.write(`hive-console: ${message}\n`);
}

function leave(code: number, stream: NodeJS.WriteStream, text: string): void {
  stream.write(text);
  app.exit(code);
}
