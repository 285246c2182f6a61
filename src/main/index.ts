import { getPriority, setPriority } from "node:os";
import { basename, join, resolve } from "node:path";
import { app, type IpcMainInvokeEvent, ipcMain, Menu, net, session as webSession } from "electron";
import { version } from "../../package.json";
import { createAgentEnvironment } from "./agent-environment";
import { type LaunchRequest, lastingSwitches, readArguments, USAGE } from "./arguments";
import { createClosing, type TasksAtEnd } from "./closing";
import { openMachineSettings } from "./core/machine-settings";
import { knownAgents } from "./core/operations/agents";
import { dataFolder, defaultDatabaseFile } from "./core/paths";
import { recoverFromCrashes } from "./crash";
import { createDatabases, isDatabase, rememberedDatabases } from "./databases";
import { createDesk } from "./desk";
import { startDiagnostics } from "./diagnostics";
import { createDialogs } from "./dialogs";
import { createExplorer } from "./explorer/client";
import { createLogSearches } from "./explorer/log-searches";
import { forkUtility } from "./explorer/utility";
import { guardPages } from "./guard";
import { registerDrops } from "./ipc/drops";
import { registerCalls } from "./ipc/register";
import { type LaunchTarget, targetOf } from "./launch-target";
import { linkPlace } from "./links";
import { createMenu } from "./menu";
import { startNews } from "./news";
import { declareScheme, servePage } from "./page";
import { openPlanDrafts } from "./plan-drafts";
import { createPlanFiles } from "./plan-files";
import { createPlanReader } from "./plan-reader";
import { createPlanSources } from "./plan-sources";
import { openPreferences } from "./preferences";
import { LLM_KEY, openSafeStorage } from "./safe-storage";
import { createSamples } from "./samples";
import { takeFromSystem } from "./system-requests";
import { createUpdateDuty } from "./update-duty";
import { tellOfUpdate, tellOutcome } from "./update-words";
import { createWindow, isResponsive, senderTo } from "./window";
import { answerSecondStart, NOTHING_SHOWN, type Shown, startConsole, takeDatabase, windowFolder } from "./windows";
import { createZoom } from "./zoom";

type OpenRequest = Extract<LaunchRequest, { readonly kind: "open" }>;

main();

function main(): void {
  const request = readArguments(ownArguments(), process.cwd(), isDatabase);
  if (request.kind === "open") void open(request);
  else if (request.kind === "help") leave(0, process.stdout, USAGE);
  else if (request.kind === "version") leave(0, process.stdout, `${version}\n`);
  else leave(2, process.stderr, `hive-console: ${request.message}\n\n${USAGE}`);
}

/** Finds the database that is meant, and starts its window. */
async function open(request: OpenRequest): Promise<void> {
  declareScheme();
  const nativeBinding = takeNativeBinding();
  const remembered = rememberedDatabases(databasesFile());
  const target = await targetOf(request, { remembered, defaultFile: defaultDatabaseFile(), nativeBinding });
  await start(target, request, nativeBinding);
}

/** Starts everything, in order. The database opens while the page loads: whoever asks for it, waits for it. */
async function start(
  { databaseFile, mode }: LaunchTarget,
  { planFile, link }: OpenRequest,
  nativeBinding: string | undefined,
): Promise<void> {
  const folder = windowFolder(dataFolder(), databaseFile);
  if (!takeDatabase(folder, { planFile, link })) {
    leave(0, process.stdout, `${databaseFile} is open: its window was brought to the front.\n`);
    return;
  }
  const diagnostics = startDiagnostics({
    dataFolder: dataFolder(),
    windowName: basename(folder).slice(0, 8),
    headline: `Hive Console ${version} on Electron ${process.versions.electron} (${process.platform} ${process.arch}): ${databaseFile}`,
  });
  const { report } = diagnostics;
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
  const files = createPlanFiles(preferences);
  const urlOf = ({ planFile: plan, link: task }: Shown): string => {
    if (plan !== null) return `${page.url}#/launch?file=${files.name(plan)}`;
    return task === null ? page.url : `${page.url}${linkPlace(task)}`;
  };
  // The page's process starts while the rest is put together: none of its messages is heard before all of it is there.
  const loading = window.loadURL(urlOf({ planFile, link }));
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
      development: developmentUrl !== null,
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
  await loading;
  diagnostics.tellOfCrashes(window);
  updates.start();
}

/** The list of databases that windows on this computer had open. */
function databasesFile(): string {
  return join(dataFolder(), "databases.json");
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

function leave(code: number, stream: NodeJS.WriteStream, text: string): void {
  stream.write(text);
  app.exit(code);
}
