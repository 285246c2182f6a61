import type { BrowserWindow } from "electron";
import type { Handlers } from "../shared/contract";
import { HiveError, toErrorBody } from "../shared/errors";
import type { WindowMode } from "../shared/model/database-choice";
import { describeApp } from "./about";
import { boardImportHandlers } from "./board-imports";
import { bundleHandlers, bundleVersions } from "./bundles";
import type { TasksAtEnd } from "./closing";
import type { Environment } from "./core/agents/agent";
import { type Core, openCore } from "./core/client";
import type { MachineSettings } from "./core/machine-settings";
import { forecasterOf } from "./core/operations/forecast";
import { OPERATOR } from "./core/operations/handlers";
import { getPlanSummaries } from "./core/operations/plans";
import { getTaskIdsOfRuns, readLog } from "./core/operations/runs";
import { getBoardTasks, getEnteredTasks, getTaskTotals } from "./core/operations/task-search";
import { getTaskRows } from "./core/operations/tasks";
import { getWorkerRows } from "./core/operations/workers";
import { isBundle } from "./core/store/bundle-file";
import type { Databases } from "./databases";
import { backupHandlers } from "./explorer/backup-handlers";
import { careByExplorer } from "./explorer/care";
import type { Explorer } from "./explorer/client";
import { createDoctorHandlers } from "./explorer/doctor-handlers";
import { explorerHandlers } from "./explorer/explorer-handlers";
import { logHandlers } from "./explorer/log-handlers";
import type { LogSearches } from "./explorer/log-searches";
import { queryHandlers } from "./explorer/query-handlers";
import { openQueryShelf } from "./explorer/query-shelf";
import { createRetentionHandlers } from "./explorer/retention-handlers";
import { fleetSecretHandlers, fleetViewHandlers } from "./fleet-handlers";
import { createHeldActs, heldByHandlers, heldHandlers } from "./held-acts";
import { createForecastPush } from "./ipc/forecast-push";
import { databaseHandlers, refuseAll, type WindowServices, windowHandlers } from "./ipc/handlers";
import { createPush, type LiveRows } from "./ipc/push";
import type { News } from "./news";
import type { Preferences } from "./preferences";
import { runnerInfoOf } from "./runner-info";
import type { SafeStorage } from "./safe-storage";
import { keptSecrets, settingsHandlers } from "./settings-handlers";
import { exportHandlers } from "./task-exports";
import { isSeen, senderTo } from "./window";
import type { Zoom } from "./zoom";

export interface DeskOptions extends Omit<WindowServices, "choices"> {
  /** The database to begin with. */
  readonly file: string;
  readonly mode: WindowMode;
  readonly window: BrowserWindow;
  readonly databases: Databases;
  readonly machine: MachineSettings;
  readonly secrets: SafeStorage;
  /** Where agents look for endpoints and keys. */
  readonly environment: Environment;
  readonly preferences: Preferences;
  /** Opens a database in a window of its own. */
  readonly openWindow: (file: string, mode: WindowMode) => Promise<void>;
  /** Tells of an open database outside of its page. */
  readonly news: (core: Core) => News;
  /** Makes the file this window's own. False: another window has it, and came to the front. */
  readonly takeDatabase: (file: string) => boolean;
  /** Path of the native part of better-sqlite3; undefined: the packaged one. */
  readonly nativeBinding: string | undefined;
  readonly searches: LogSearches;
  readonly explorer: Explorer;
  /** Where this computer keeps queries for a database. */
  readonly queryFile: (databaseFile: string) => string;
  readonly report: (message: string) => void;
}

/** The window's desk: one database lies on it, or the reason why it could not be opened. */
export interface Desk {
  /** What answers the page: waits for the database that is being opened. */
  handlers(): Promise<Handlers>;
  /** The database that lies on it, or that could not be opened. */
  file(): string;
  /** Tasks that this process started and that still run. */
  running(): number;
  end(tasks: TasksAtEnd): Promise<void>;
}

type ReplaceDatabase = (work: () => Promise<unknown>) => Promise<void>;

/** A database that is open, or a reason. `end` stops what was started for it, in order, and never rejects. */
interface Session {
  readonly handlers: Handlers;
  /** Why it could not be opened; null: it is open. */
  readonly reason: HiveError | null;
  running(): number;
  end(tasks: TasksAtEnd): Promise<void>;
}

export function createDesk(options: DeskOptions): Desk {
  const { window, report } = options;
  const services: WindowServices = {
    ...options,
    choices: { ...options, current: () => current, openHere },
  };
  let opened: Session | null = null;
  let current = options.file;
  let mode = options.mode;
  let opening = open(options.file, options.mode);
  let retrying: Promise<Session> | null = null;

  async function open(file: string, how: WindowMode): Promise<Session> {
    const previous = opened;
    current = file;
    mode = how;
    await previous?.end("leave");
    const session = await openSession({ file, mode: how }, services, options, () => retry(file), replaceDatabase);
    if (session.reason === null) options.databases.note(file, how);
    if (session.reason !== null && session.reason.message !== previous?.reason?.message) report(session.reason.message);
    opened = session;
    return session;
  }

  async function openHere(file: string, how: WindowMode): Promise<void> {
    await retrying;
    await opening;
    if (file !== current && !options.takeDatabase(file)) {
      options.takeDatabase(current);
      throw new HiveError("not_allowed", `${file} is open in another window, which was brought to the front.`, {
        file,
      });
    }
    const before = { file: current, mode };
    opening = open(file, how);
    const { reason } = await opening;
    // The same file that opens one way and not the other goes on as it was.
    if (reason !== null && before.file === file && before.mode !== how) {
      opening = open(before.file, before.mode);
      await opening;
      window.webContents.reload();
      throw reason;
    }
    window.webContents.reload();
  }

  /** Lets go of the database while its file is replaced. The page begins anew when that was done. */
  async function replaceDatabase(work: () => Promise<unknown>): Promise<void> {
    await retrying;
    const session = await opening;
    let failure: unknown = null;
    const replace = async (): Promise<Session> => {
      await session.end("leave");
      opened = null;
      await work().catch((error: unknown) => {
        failure = error;
      });
      return open(current, mode);
    };
    opening = replace();
    await opening;
    if (failure !== null) throw failure;
    window.webContents.reload();
  }

  /** Whatever was in the way may be gone by now. The page begins anew when it is. */
  function retry(file: string): Promise<Session> {
    retrying ??= open(file, mode).finally(() => {
      retrying = null;
    });
    return retrying.then((session) => {
      opening = Promise.resolve(session);
      if (session.reason === null) window.webContents.reload();
      return session;
    });
  }

  return {
    handlers: async () => (await opening).handlers,
    file: () => current,
    running: () => opened?.running() ?? 0,
    async end(tasks) {
      await retrying;
      await (await opening).end(tasks);
    },
  };
}

async function openSession(
  { file, mode }: { readonly file: string; readonly mode: WindowMode },
  services: WindowServices,
  options: DeskOptions,
  retry: () => Promise<Session>,
  replaceDatabase: ReplaceDatabase,
): Promise<Session> {
  try {
    const runner = { slots: null, program: "window", environment: options.environment } as const;
    const looks = mode === "observe" || isBundle(file);
    const core = await openCore({
      file,
      mode: looks ? "observe" : "create",
      runner: looks ? null : runner,
      nativeBinding: options.nativeBinding,
      readPlan: services.reader.parse,
      secrets: keptSecrets(options.secrets),
      care: careByExplorer(options.explorer, { file, nativeBinding: options.nativeBinding ?? null }),
    });
    return serve(core, services, options, replaceDatabase);
  } catch (error) {
    const { code, message, details } = toErrorBody(error);
    const reason = new HiveError(code, message, { file, ...details });
    const askAgain = async () => {
      const session = await retry();
      if (session.reason !== null) throw session.reason;
      return session.handlers["app.info"]({});
    };
    return {
      handlers: { ...refuseAll(reason), ...windowHandlers(services), "app.info": askAgain },
      reason,
      running: () => 0,
      end: async () => undefined,
    };
  }
}

function serve(core: Core, services: WindowServices, options: DeskOptions, replaceDatabase: ReplaceDatabase): Session {
  const { window, searches, explorer, nativeBinding, report } = options;
  const news = options.news(core);
  const live = createPush({ rows: liveRows(core), isVisible: () => isSeen(window), send: senderTo(window), report });
  const forecasts = createForecastPush({
    source: forecasterOf(core.store),
    isVisible: () => isSeen(window),
    send: (forecast) => senderTo(window)("forecast", forecast),
    report,
  });
  const subscriptions = [
    core.store.changes.subscribe(live.note),
    core.runner?.onChange(live.noteRunner) ?? (() => undefined),
    // Whoever keeps the environment heard of it before.
    options.secrets.onChange(() => core.runner?.noteEnvironment()),
    options.machine.onChange(() => core.runner?.noteEnvironment()),
    whenSeenAgain(window, live.resume),
    whenSeenAgain(window, forecasts.resume),
    forecasts.stop,
  ];
  const database = databaseHandlers({
    core,
    environment: options.environment,
    live,
    forecasts,
    samples: services.samples,
    sources: services.sources,
    files: services.files,
    reader: services.reader,
    appInfo: describeApp,
    homeFolder: services.homeFolder,
  });
  const acts = createHeldActs({
    ...heldByHandlers(database),
    tell: (outcome) => senderTo(window)("held", outcome),
  });
  const exploring = explorerHandlers({
    store: core.store,
    explorer,
    dialogs: services.dialogs,
    nativeBinding,
    actor: OPERATOR,
  });
  const care = careByExplorer(explorer, { file: core.store.read.name, nativeBinding: nativeBinding ?? null });
  const retention = createRetentionHandlers({ store: core.store, explorer, care, nativeBinding, actor: OPERATOR });
  const fleet = fleetViewHandlers(core.store, options.environment);
  const doctor = createDoctorHandlers({ store: core.store, explorer, nativeBinding, actor: OPERATOR });
  return {
    handlers: {
      ...database,
      ...heldHandlers(acts),
      ...logHandlers({ store: core.store, searches, dialogs: services.dialogs }),
      ...exportHandlers({ store: core.store, dialogs: services.dialogs }),
      ...bundleHandlers({
        store: core.store,
        dialogs: services.dialogs,
        madeBy: OPERATOR,
        versions: bundleVersions(),
        nativeBinding,
      }),
      ...boardImportHandlers({ store: core.store, dialogs: services.dialogs, nativeBinding, actor: OPERATOR }),
      ...exploring.handlers,
      ...queryHandlers({
        store: core.store,
        shelf: openQueryShelf(options.queryFile(core.store.file), report),
        actor: OPERATOR,
      }),
      ...doctor.handlers,
      ...retention.handlers,
      ...backupHandlers({
        store: core.store,
        care,
        dialogs: services.dialogs,
        nameFile: services.files.name,
        actor: OPERATOR,
        running: () => runnerInfoOf(core).running,
        replaceDatabase,
      }),
      ...settingsHandlers({
        places: {
          store: core.store,
          machine: options.machine,
          window: windowPlace(services.zoom, options.preferences),
        },
        dialogs: services.dialogs,
        secrets: options.secrets,
        environment: options.environment,
        shelf: news.shelf,
        onSeen: news.tellUnseen,
        actor: OPERATOR,
      }),
      ...fleet.handlers,
      ...fleetSecretHandlers(options.secrets, options.environment),
      ...windowHandlers(services),
    },
    reason: null,
    running() {
      const { dispatching, running } = runnerInfoOf(core);
      return dispatching ? running : 0;
    },
    async end(tasks) {
      await acts.flush();
      // Patches go on until the last task has stopped: the operator watches it happen.
      await news.end();
      await core.runner?.stop({ tasks }).catch((error) => report(`stopping: ${toErrorBody(error).message}`));
      for (const unsubscribe of subscriptions) unsubscribe();
      await exploring.end();
      doctor.end();
      fleet.close();
      retention.end();
      live.stop();
      await core.close().catch((error) => report(`closing: ${toErrorBody(error).message}`));
    },
  };
}

/** Settings of this window alone. */
function windowPlace(zoom: Zoom, preferences: Preferences): Pick<MachineSettings, "get" | "set"> {
  return {
    get: (name) => (name === "appearance.zoom" && preferences.values.zoom !== 1 ? preferences.values.zoom : undefined),
    set(name, value) {
      if (name === "appearance.zoom") zoom(typeof value === "number" ? { to: value } : "reset");
    },
  };
}

function liveRows(core: Core): LiveRows {
  const { store } = core;
  return {
    tasks: (ids) => getTaskRows(store, ids),
    boardTasks: (ids) => getBoardTasks(store, ids),
    entered: (ids, filter) => getEnteredTasks(store, ids, filter),
    totals: () => getTaskTotals(store),
    tasksOfRuns: (ids) => getTaskIdsOfRuns(store, ids),
    plans: (ids) => getPlanSummaries(store, ids),
    workers: (ids) => getWorkerRows(store, ids),
    runner: () => runnerInfoOf(core),
    logSize: (runId) => readLog(store, { runId, maxBytes: 1 }),
  };
}

function whenSeenAgain(window: BrowserWindow, listener: () => void): () => void {
  window.on("show", listener);
  window.on("restore", listener);
  return () => {
    window.off("show", listener);
    window.off("restore", listener);
  };
}
