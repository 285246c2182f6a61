import type { BrowserWindow } from "electron";
import { settingOf, settingRow } from "../shared/model/setting";
import { startNotifier } from "./core/bus/notifier";
import { databaseShelf, memoryShelf, type Shelf } from "./core/bus/shelf";
import type { Core } from "./core/client";
import type { MachineSettings } from "./core/machine-settings";
import { drainWorkers, undrainWorkers } from "./core/operations/control";
import { OPERATOR } from "./core/operations/handlers";
import { getOverview } from "./core/operations/overview";
import { getTaskTotals } from "./core/operations/task-search";
import { localWorkerIds } from "./core/runner/local-workers";
import { readDrained } from "./core/store/drains";
import { createNativeNotifications } from "./notifications";
import { runnerInfoOf } from "./runner-info";
import { createTrayIcon, type TrayIcon } from "./tray";
import type { TrayState } from "./tray-state";
import { senderTo } from "./window";

export interface NewsOptions {
  readonly core: Core;
  readonly window: BrowserWindow;
  readonly machine: MachineSettings;
  /** PNGs: of notifications, and of the icon beside the clock. */
  readonly icons: { readonly notification: string; readonly tray: string };
  /** Shows a place in the window: an address that begins with `#`. */
  readonly show: (place: string) => void;
  readonly quit: () => void;
  readonly report: (message: string) => void;
}

/** What tells of a database outside of its page: notifications, the badge, and the icon beside the clock. */
export interface News {
  readonly shelf: Shelf;
  /** What is unseen changed. */
  tellUnseen(): void;
  end(): Promise<void>;
}

const TRAY_MS = 5_000;

export function startNews({ core, window, machine, icons, show, quit, report }: NewsOptions): News {
  const { store, runner } = core;
  const isObserved = store.info().mode === "observe";
  const shelf = isObserved ? memoryShelf(store.clock.now) : databaseShelf(store);
  const send = senderTo(window);
  const isOn = (name: string): boolean => {
    const definition = settingOf(name);
    return definition !== null && settingRow(definition, machine.get(name)).value === true;
  };

  const bringUp = (): void => {
    if (window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  };
  const seen = (ids: readonly number[]): void => {
    void shelf
      .markSeen(ids)
      .then(tellUnseen)
      .catch(() => undefined);
  };
  const native = createNativeNotifications({
    window,
    iconFile: icons.notification,
    isOn: () => isOn("notifications.native"),
    show(place) {
      bringUp();
      show(place);
    },
    seen,
  });

  function tellUnseen(): void {
    const { unseen } = shelf.list(1);
    native.setUnseen(unseen);
    send("notifications", { unseen });
    showTray();
  }

  const notifier = startNotifier({
    store,
    shelf,
    tell(rows) {
      native.tell(rows);
      tellUnseen();
    },
  });

  // The icon beside the clock

  let tray: TrayIcon | null = null;

  const slotIds = (): string[] => localWorkerIds(runnerInfoOf(core).slots);

  const setPaused = (isPaused: boolean): void => {
    const act = isPaused ? drainWorkers : undrainWorkers;
    const reason = "From the icon beside the clock";
    act(store, { workerIds: slotIds(), actor: OPERATOR, reason })
      .then(showTray)
      .catch((error: unknown) => report(`pausing: ${error instanceof Error ? error.message : String(error)}`));
  };

  const stateNow = (): TrayState => {
    const totals = getTaskTotals(store);
    const drained = readDrained(store.read);
    const ids = slotIds();
    return {
      name: store.info().name,
      running: totals.in_progress ?? 0,
      failed: getOverview(store).attention.filter(({ kind }) => kind === "failed").length,
      waiting: (totals.review_pending ?? 0) + (totals.escalated ?? 0),
      unseen: shelf.list(1).unseen,
      isPaused: runner === null || ids.length === 0 ? null : ids.every((id) => drained.has(id)),
    };
  };

  function showTray(): void {
    try {
      tray?.show(stateNow());
    } catch {
      // A database that cannot be read is told of in the window; the icon shows what it knew.
    }
  }

  function followTray(): void {
    if (isOn("notifications.tray") && tray === null) {
      tray = createTrayIcon({ iconFile: icons.tray, open: bringUp, setPaused, quit, report });
    } else if (!isOn("notifications.tray")) {
      tray?.end();
      tray = null;
    }
    showTray();
  }
  followTray();
  tellUnseen();
  const timer = setInterval(showTray, TRAY_MS);
  const unfollow = machine.onChange(followTray);

  return {
    shelf,
    tellUnseen,
    async end() {
      unfollow();
      clearInterval(timer);
      await notifier.stop();
      native.end();
      tray?.end();
      tray = null;
    },
  };
}
