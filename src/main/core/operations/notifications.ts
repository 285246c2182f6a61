import type { NotificationRule } from "../../../shared/model/notification";
import type { RulePreview } from "../../../shared/subscription-contract";
import { endOfLog, readEventsAfter } from "../bus/event-reader";
import { placeBefore } from "../store/event-rows";
import type { Store } from "../store/open";

const DAY_MS = 24 * 3_600_000;
/** More are not counted. */
const MOST = 1_000;
const CHUNK = 500;
/** Pages of the log read for one rule. */
const PATIENCE = 40;

/** How often rules would have fired in the last 24 hours, each up to 1,000 times. */
export async function previewRules(store: Store, rules: readonly NotificationRule[]): Promise<RulePreview[]> {
  const since = store.clock.now() - DAY_MS;
  const previews: RulePreview[] = [];
  for (const rule of rules) previews.push({ name: rule.name, ...(await count(store, rule, since)) });
  return previews;
}

async function count(store: Store, rule: NotificationRule, since: number) {
  const end = endOfLog(store);
  let place = placeBefore(store.read, since);
  let found = 0;
  for (let page = 0; page < PATIENCE && place < end; page += 1) {
    const read = await readEventsAfter(store, rule, place, CHUNK);
    found += read.events.filter(({ at }) => at !== null && at >= since).length;
    if (found >= MOST) return { count: MOST, isMore: true };
    if (!read.isMore) return { count: found, isMore: false };
    place = read.position;
  }
  return { count: found, isMore: place < end };
}
