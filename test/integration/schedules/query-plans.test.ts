import { expect, test } from "vitest";
import { DUE, OPEN } from "../../../src/main/core/store/schedule-launches";
import { LAUNCHES, RUNNING } from "../../../src/main/core/store/schedules";
import { openTestStore } from "../../helpers/store";

/** What a dispatcher asks every second, and for each schedule. */
test.each([
  ["open launches", OPEN, /USING INDEX console_schedule_launches_open/],
  ["latest launches", LAUNCHES, /SEARCH l USING INDEX sqlite_autoindex_console_schedule_launches_2 \(schedule_id=\?\)/],
  ["running plans", RUNNING, /SEARCH e USING INDEX sqlite_autoindex_execution_plans_1 \(id=\?\)/],
  ["schedules that are due", DUE, /^(SCAN|SEARCH) console_schedules/],
])("%s are found by an index, or among the schedules alone", async (_, sql, expected) => {
  const store = await openTestStore();
  await store.write((tx) => tx.prepare("CREATE INDEX idx_execution_plans_status ON execution_plans (status)").run());
  const given = sql.includes("$now") ? [{ now: 0 }] : Array.from(sql.matchAll(/\?/g), () => null);
  const plan = store.read
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...given)
    .map(({ detail }) => detail);
  expect(plan.join("\n")).toMatch(expected);
  expect(plan.filter((detail) => /SCAN (e|p|console_schedule_launches)$/.test(detail))).toEqual([]);
});
