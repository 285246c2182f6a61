import { getPriority, setPriority } from "node:os";
import { basename, join } from "node:path";
import { app, session as webSession } from "electron";
import { version } from "../../package.json";
import { type LaunchRequest, readArguments, USAGE } from "./arguments";
import { databasesFile, ownArguments } from "./command-line";
import { dataFolder, defaultDatabaseFile } from "./core/paths";
import { isDatabase, rememberedDatabases } from "./databases";
import { startDiagnostics } from "./diagnostics";
import { guardPages } from "./guard";
import { type LaunchTarget, targetOf } from "./launch-target";
import { linkPlace } from "./links";
import { declareScheme, servePage } from "./page";
import { createPlanFiles } from "./plan-files";
import { openPreferences } from "./preferences";
import { createWindow } from "./window";
import { type Shown, takeDatabase, windowFolder } from "./windows";

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
  const loading = window.loadURL(urlOf({ planFile, link }));
  // Evaluating the rest takes as long as the page's process takes to start. No turn of the event loop lies between:
  // none of the page's messages is heard before all of it is there.
  const { wireWindow } = await import("./wiring");
  const { afterLoading } = wireWindow({
    window,
    page,
    preferences,
    files,
    diagnostics,
    databaseFile,
    mode,
    nativeBinding,
    folder,
    root,
    resources,
    urlOf,
  });
  await loading;
  diagnostics.tellOfCrashes(window);
  afterLoading();
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
