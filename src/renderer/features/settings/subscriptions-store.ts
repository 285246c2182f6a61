import { create } from "zustand";
import type { DeliveryRow, SubscriptionRow } from "../../../shared/model/subscription";
import { call, messageOf } from "../../api";
import { toast } from "../../ui/toast";
import { askAct } from "../dialogs/act-store";

interface SubscriptionsState {
  readonly rows: readonly SubscriptionRow[] | null;
  readonly error: unknown;
  /** Whose deliveries are shown; null: nobody's. */
  readonly shownId: string | null;
  readonly log: readonly DeliveryRow[];
  /** What the dialog edits; `new`: one that is not there yet. Null: it is closed. */
  readonly edited: SubscriptionRow | "new" | null;
}

export const useSubscriptions = create<SubscriptionsState>()(() => ({
  rows: null,
  error: null,
  shownId: null,
  log: [],
  edited: null,
}));

const POLL_MS = 2_000;

export async function loadSubscriptions(): Promise<void> {
  try {
    const rows = await call("subscriptions.list", {});
    useSubscriptions.setState({ rows, error: null });
    const { shownId } = useSubscriptions.getState();
    if (shownId === null) return;
    if (!rows.some(({ id }) => id === shownId)) return useSubscriptions.setState({ shownId: null, log: [] });
    const log = await call("subscriptions.log", { subscriptionId: shownId, limit: 50 });
    if (useSubscriptions.getState().shownId === shownId) useSubscriptions.setState({ log });
  } catch (error) {
    useSubscriptions.setState({ error });
  }
}

/** Keeps the list fresh until the returned function is called. */
export function startSubscriptions(): () => void {
  void loadSubscriptions();
  const timer = setInterval(() => {
    if (!document.hidden) void loadSubscriptions();
  }, POLL_MS);
  return () => clearInterval(timer);
}

export function showDeliveries(id: string | null): void {
  useSubscriptions.setState({ shownId: id, log: [] });
  void loadSubscriptions();
}

export async function testSubscription({ id, name }: SubscriptionRow): Promise<void> {
  try {
    const { outcome, detail } = await call("subscriptions.test", { subscriptionId: id });
    if (outcome === "delivered") toast.success(`${name} took the test`, { description: detail ?? undefined });
    else toast.error(`${name} did not take the test`, { description: detail ?? undefined });
  } catch (error) {
    toast.error(`${name} could not be tested`, { description: messageOf(error) });
  }
  await loadSubscriptions();
}

export async function pauseSubscription({ id, name, state }: SubscriptionRow): Promise<void> {
  const isActive = state === "active";
  try {
    await call(isActive ? "subscriptions.pause" : "subscriptions.resume", { subscriptionId: id });
    toast.success(isActive ? `${name} is paused` : `${name} goes on`, {
      description: isActive ? "What comes meanwhile waits." : "It goes on with what waits.",
    });
  } catch (error) {
    toast.error(`${name} could not be ${isActive ? "paused" : "resumed"}`, { description: messageOf(error) });
  }
  await loadSubscriptions();
}

export function askRemove({ id, name, delivered }: SubscriptionRow): void {
  askAct({
    title: `Remove ${name}`,
    keepLabel: "Keep it",
    reasons: ["Not needed any more", "Replaced by another"],
    preview: () => ({
      title: `Remove the subscription ${name}?`,
      consequence: `Nothing is delivered to it any more, and the log of its ${delivered} deliveries goes with it. The events stay.`,
      affected: [],
      confirmLabel: "Remove it",
    }),
    run: async ({ reason }) => {
      await call("subscriptions.remove", { subscriptionId: id, ...(reason ? { reason } : {}) });
      toast.success(`Removed ${name}`);
      await loadSubscriptions();
    },
  });
}
