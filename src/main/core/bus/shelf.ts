import type { NotificationList, NotificationRow } from "../../../shared/model/notification";
import {
  countAlike,
  type FoundNotification,
  listNotifications,
  markNotificationsSeen,
  moveNotifier,
  notifierPosition,
  putNotifications,
} from "../store/notifications";
import type { Store } from "../store/open";

/** Where notifications are kept, and how far the log of events was looked through for them. */
export interface Shelf {
  /** Null: nobody has looked yet. */
  position(): number | null;
  /** How many of the same kind are unseen since then. */
  alike(found: FoundNotification, since: number): number;
  /** Keeps what was found and the place, together. Null: another window was quicker, nothing was kept. */
  take(
    from: number | null,
    to: number,
    found: readonly FoundNotification[],
    since: number,
  ): Promise<NotificationRow[] | null>;
  list(limit: number): NotificationList;
  /** `ids` undefined: all. */
  markSeen(ids: readonly number[] | undefined): Promise<void>;
}

/** In the database: each event is told of once, whichever windows and consoles there are and whenever they end. */
export function databaseShelf(store: Store): Shelf {
  return {
    position: () => notifierPosition(store.read),
    alike: (found, since) => countAlike(store.read, found, since),
    take: (from, to, found, since) =>
      store.write((tx) => (moveNotifier(tx, from, to) ? putNotifications(tx, found, since) : null)),
    list: (limit) => listNotifications(store.read, limit),
    markSeen: (ids) => store.write((tx) => markNotificationsSeen(tx, ids, store.clock.now())),
  };
}

const KEPT = 200;

/** For a database that may not be written to: told of from the moment it was opened, and forgotten with the window. */
export function memoryShelf(now: () => number): Shelf {
  let place: number | null = null;
  let rows: readonly NotificationRow[] = [];
  let nextId = 1;
  const findAlike = (one: FoundNotification, since: number): NotificationRow | undefined =>
    rows.find(
      (row) =>
        row.seenAt === null &&
        row.at >= since &&
        row.rule === one.rule &&
        row.eventType === one.eventType &&
        row.planId === one.planId &&
        row.workerId === one.workerId &&
        (row.planId !== null || row.taskId === one.taskId),
    );
  return {
    position: () => place,
    alike: (found, since) => findAlike(found, since)?.count ?? 0,
    async take(from, to, found, since) {
      if (place !== from) return null;
      place = to;
      return found.map((one) => {
        const id = findAlike(one, since)?.id ?? nextId++;
        const row = { ...one, id, seenAt: null };
        rows = [row, ...rows.filter((other) => other.id !== id)].slice(0, KEPT);
        return row;
      });
    },
    list: (limit) => ({ rows: rows.slice(0, limit), unseen: rows.filter(({ seenAt }) => seenAt === null).length }),
    async markSeen(ids) {
      const at = now();
      rows = rows.map((row) =>
        row.seenAt === null && (ids === undefined || ids.includes(row.id)) ? { ...row, seenAt: at } : row,
      );
    },
  };
}
