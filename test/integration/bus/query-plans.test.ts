import { expect, test } from "vitest";
import { NOTIFICATION_STATEMENTS } from "../../../src/main/core/store/notifications";
import { SUBSCRIPTION_STATEMENTS } from "../../../src/main/core/store/subscriptions";
import { openTestStore } from "../../helpers/store";

/** What is asked with each look at the log of events, and for each delivery. */
test.each(Object.entries({ ...NOTIFICATION_STATEMENTS, ...SUBSCRIPTION_STATEMENTS }))(
  "%s: an index finds it, or a table that is always small",
  async (_, sql) => {
    const store = await openTestStore();
    const names = [...new Set(Array.from(sql.matchAll(/\$(\w+)/g), ([, name]) => name))];
    const given =
      names.length > 0
        ? [Object.fromEntries(names.map((name) => [name, null]))]
        : [...sql].filter((c) => c === "?").map(() => null);
    const plan = store.read
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...given)
      .map(({ detail }) => detail);
    expect(plan.filter((detail) => /SCAN (console_deliveries|events|e)$/.test(detail))).toEqual([]);
  },
);
