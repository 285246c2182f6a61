import type { EventRow } from "../../../shared/model/log-views";
import { type NotificationRow, type NotificationRule, notificationRules } from "../../../shared/model/notification";
import { type FoundNotification, planTitle, taskTitle } from "../store/notifications";
import type { Store } from "../store/open";
import { settingReader } from "../store/settings";
import { endOfLog, readEventsAfter } from "./event-reader";
import { type Burst, notificationWords } from "./notification-words";
import type { Shelf } from "./shelf";

export interface NotifierOptions {
  readonly store: Store;
  readonly shelf: Shelf;
  /** Called with what is new, or more of what was told before. */
  readonly tell: (rows: readonly NotificationRow[]) => void;
  /** How often the log is looked at, in milliseconds; what comes in between is one. Default 1,000. */
  readonly lookMs?: number;
}

export interface Notifier {
  stop(): Promise<void>;
}

const LOOK_MS = 1_000;
/** Events of one rule in one look. */
const CHUNK = 500;
/** What follows within this time is more of the same. */
const BURST_MS = 60_000;

/** The rules that are on. */
export function activeRules(store: Store): NotificationRule[] {
  const parsed = notificationRules.safeParse(settingReader(store.read)("notifications.rules"));
  return (parsed.data ?? []).filter(({ on }) => on);
}

/**
 * Looks for events that the rules ask for, from where it, or any other window of the database, ended. What is found and
 * the place are kept in one transaction: nothing is told of twice or lost by a restart.
 */
export function startNotifier({ store, shelf, tell, lookMs = LOOK_MS }: NotifierOptions): Notifier {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  /** True: there may be more at once. */
  const look = async (): Promise<boolean> => {
    const from = shelf.position();
    if (from === null) {
      // What was there before anybody looked is no news.
      await shelf.take(null, endOfLog(store), [], 0);
      return false;
    }
    const end = endOfLog(store);
    if (end === from) return false;
    const reads = [];
    for (const rule of activeRules(store)) {
      reads.push({ rule: rule.name, ...(await readEventsAfter(store, rule, from, CHUNK)) });
      if (stopped) return false;
    }
    const to = reads.reduce((least, { position }) => Math.min(least, position), Math.max(end, from));
    const since = store.clock.now() - BURST_MS;
    const bursts = reads.flatMap(({ rule, events }) =>
      burstsOf(
        rule,
        events.filter(({ cursor }) => Number(cursor) <= to),
      ),
    );
    const found = bursts.map((burst) => wordOf(burst, since));
    const rows = await shelf.take(from, end < from ? end : to, found, since);
    if (rows !== null && rows.length > 0) tell(rows);
    return reads.some(({ isMore }) => isMore);
  };

  const wordOf = (burst: Burst, since: number): FoundNotification => {
    const { rule, event, planId, taskId, workerId } = burst;
    const at = event.at ?? store.clock.now();
    const bare = { rule, title: "", body: "", tone: "queued", count: burst.count, planId, taskId, workerId } as const;
    const count = burst.count + shelf.alike({ ...bare, eventType: event.type, at }, since);
    const words = notificationWords(
      { ...burst, count },
      { plan: (id) => planTitle(store.read, id), task: (id) => taskTitle(store.read, id) },
    );
    return { ...bare, ...words, count, eventType: event.type, at };
  };

  let looking: Promise<void> = Promise.resolve();
  const turn = (): void => {
    looking = look()
      .catch(() => false)
      .then((isMore) => {
        if (!stopped) timer = setTimeout(turn, isMore ? 0 : lookMs);
      });
  };
  turn();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

function idAt(payload: unknown, key: string): string | null {
  const value = typeof payload === "object" && payload !== null ? Reflect.get(payload, key) : undefined;
  return typeof value === "string" && value !== "" ? value : null;
}

/** Events of one rule, put together by what they speak of: a plan, a task, or workers, which die with their program. */
function burstsOf(rule: string, events: readonly EventRow[]): Burst[] {
  const bursts = new Map<string, Burst>();
  for (const event of events) {
    const planId = idAt(event.payload, "plan_id");
    const taskId = idAt(event.payload, "task_id");
    const workerId = taskId === null ? idAt(event.payload, "worker_id") : null;
    const key = JSON.stringify([
      event.type,
      planId ?? taskId ?? (event.type === "agent.heartbeat" ? "workers" : workerId),
    ]);
    const before = bursts.get(key);
    const isOne = before === undefined || before.workerId === workerId;
    const count = (before?.count ?? 0) + 1;
    bursts.set(key, { rule, event, count, planId, taskId, workerId: isOne ? workerId : null });
  }
  return [...bursts.values()];
}
