import { create } from "zustand";
import type { NotificationRow } from "../../../shared/model/notification";
import { call, messageOf, on } from "../../api";
import { toast } from "../../ui/toast";

interface NotificationsState {
  readonly unseen: number;
  /** The latest first; null: not read yet. */
  readonly rows: readonly NotificationRow[] | null;
  readonly error: unknown;
}

export const useNotifications = create<NotificationsState>()(() => ({ unseen: 0, rows: null, error: null }));

const MOST = 100;

export async function loadNotifications(): Promise<void> {
  try {
    const { rows, unseen } = await call("notifications.list", { limit: MOST });
    useNotifications.setState({ rows, unseen, error: null });
  } catch (error) {
    useNotifications.setState({ error });
  }
}

/** Without ids: all of them. */
export async function markSeen(ids?: readonly number[]): Promise<void> {
  try {
    const { rows, unseen } = await call("notifications.markSeen", ids === undefined ? {} : { ids: [...ids] });
    useNotifications.setState({ rows, unseen });
  } catch (error) {
    toast.error("It could not be marked as seen", { description: messageOf(error) });
  }
}

/** Keeps the bell fresh until the returned function is called. */
export function startNotifications(): () => void {
  void loadNotifications();
  return on("notifications", ({ unseen }) => {
    useNotifications.setState({ unseen });
    if (useNotifications.getState().rows !== null) void loadNotifications();
  });
}
