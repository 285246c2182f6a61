import { app, type BrowserWindow, Notification } from "electron";
import { type NotificationRow, notificationPlace } from "../shared/model/notification";

export interface NativeOptions {
  readonly window: BrowserWindow;
  readonly iconFile: string;
  /** Whether the operator wants them. */
  readonly isOn: () => boolean;
  /** Shows a place in the window: an address that begins with `#`. */
  readonly show: (place: string) => void;
  /** The operator has seen these. */
  readonly seen: (ids: readonly number[]) => void;
}

/** Notifications of the desktop. Where the system has none, the window's bell tells of everything alone. */
export interface NativeNotifications {
  tell(rows: readonly NotificationRow[]): void;
  /** What nobody has seen, for the application's badge where the system has one. */
  setUnseen(count: number): void;
  end(): void;
}

/** Shown at once; what is more of it waits in the bell. */
const MOST = 5;
/** A burst that grows is not shown anew more often than this. */
const QUIET_MS = 10_000;

export function createNativeNotifications(options: NativeOptions): NativeNotifications {
  const { window, iconFile, isOn, show, seen } = options;
  // Whoever forgets a notification cannot be told that it was clicked.
  const shown = new Map<number, { readonly notification: Notification; readonly at: number }>();

  function isLookedAt(row: NotificationRow): boolean {
    if (window.isDestroyed() || !window.isFocused()) return false;
    const hash = new URL(window.webContents.getURL()).hash.split("?")[0] ?? "";
    const place = notificationPlace(row);
    return hash === place || hash.startsWith(`${place}/`);
  }

  function pop(row: NotificationRow): void {
    const before = shown.get(row.id);
    if (before !== undefined && Date.now() - before.at < QUIET_MS) return;
    before?.notification.close();
    if (shown.size >= MOST && before === undefined) return;
    const notification = new Notification({ title: row.title, body: row.body, icon: iconFile });
    shown.set(row.id, { notification, at: Date.now() });
    const forget = (): void => {
      if (shown.get(row.id)?.notification === notification) shown.delete(row.id);
    };
    notification.once("click", () => {
      forget();
      seen([row.id]);
      show(notificationPlace(row));
    });
    notification.once("close", forget);
    notification.once("failed", forget);
    notification.show();
  }

  return {
    tell(rows) {
      const lookedAt = rows.filter(isLookedAt);
      if (lookedAt.length > 0) seen(lookedAt.map(({ id }) => id));
      if (!isOn() || !Notification.isSupported()) return;
      for (const row of rows) if (!lookedAt.includes(row)) pop(row);
    },
    setUnseen: (count) => void app.setBadgeCount(count),
    end() {
      for (const { notification } of shown.values()) notification.close();
      shown.clear();
    },
  };
}
