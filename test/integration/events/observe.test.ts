import { expect, test } from "vitest";
import * as board from "../../../src/main/core/operations/board";
import { writeBundle } from "../../../src/main/core/operations/bundle";
import { getEventFigures } from "../../../src/main/core/operations/event-figures";
import { listAudit, listEvents, tailEvents } from "../../../src/main/core/operations/events";
import { checkPlanHistory, getPlanHistory } from "../../../src/main/core/operations/plan-history";
import { readSubjects } from "../../../src/main/core/store/event-subjects";
import { openStore } from "../../../src/main/core/store/open";
import { hashOf, makeHiveDatabase, withDatabase } from "../../helpers/hive-database";
import { afterThisTest } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const CHANGES = `
  INSERT INTO planning_queue (id, task_description) VALUES ('q', 'Ship it');
  INSERT INTO execution_plans (id, planning_task_id, plan_data, status) VALUES ('p', 'q', '{}', 'executing');
  INSERT INTO tasks (id, title, task_type, status, payload) VALUES
    ('t1', 'Build', 'build', 'completed', '{"plan_id":"p","subtask_id":"a"}'),
    ('t2', 'Test', 'test', 'queued', '{"plan_id":"p"}');
  INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata) VALUES
    ('e1', 'task.created', '2026-01-01T10:00:00+00:00', 'python', 'p', '{"task_id":"t1"}', '{}'),
    ('e2', 'task.failed', '2026-01-01 11:00:00', 'python', 'x', '{"task_id": "t2"}', '{}');`;

test("the logs and The Board's reads work on a database that was never adopted, and change nothing of it", async () => {
  const file = makeHiveDatabase({ journalMode: "wal", changes: CHANGES });
  const before = hashOf(file);
  const store = await openStore({ file, mode: "observe" });
  afterThisTest(() => store.close());
  const ids = async (filter: Parameters<typeof listEvents>[1]) =>
    (await listEvents(store, { ...filter, order: "oldest" })).rows.map(({ id }) => id).filter((id) => /^e\d$/.test(id));
  expect(await ids({})).toEqual(["e1", "e2"]);
  expect(await ids({ topic: "*.failed" })).toEqual(["e2"]);
  expect(await ids({ correlationId: "p" })).toEqual(["e1"]);
  expect(await ids({ entity: { kind: "task", id: "t2" } })).toEqual(["e2"]);
  expect(await ids({ entity: { kind: "plan", id: "p" } })).toEqual(["e1"]);
  expect(await ids({ since: Date.UTC(2026, 0, 1, 10, 30), until: Date.UTC(2026, 0, 2) })).toEqual(["e2"]);
  expect(await listAudit(store)).toEqual({ rows: [], next: null });

  expect(await board.getPlanExecutionStatus(store, "p")).toMatchObject({
    planStatus: "in_progress",
    taskCounts: { completed: 1, pending: 1 },
    runBy: "other",
    hasFinalPlan: false,
  });
  expect((await board.getAllTasksForPlan(store, "p")).map(({ taskId }) => taskId).sort()).toEqual(["t1", "t2"]);
  expect(board.getFinalPlan(store, "p")).toBeNull();
  expect((await board.getEventsForPlan(store, "p")).map(({ kind }) => kind)).toEqual(["task_created"]);
  const span = { since: Date.UTC(2026, 0, 1), until: Date.UTC(2026, 0, 2) };
  const figures = await getEventFigures(store, { range: "15m", ...span, source: "python" });
  expect(figures).toMatchObject({ total: 2, sources: ["python"], types: ["task.created", "task.failed"] });
  expect((await getEventFigures(store, { range: "15m" })).isCounting).toBe(false);
  const subjects = readSubjects(store.read, { taskIds: ["t1", "gone"], planIds: ["p"] });
  expect(subjects).toMatchObject({ tasks: [{ id: "t1", title: "Build", planId: "p" }], plans: [{ title: "Ship it" }] });
  expect((await getPlanHistory(store, { planId: "p" })).steps.at).toHaveLength(1);
  // Its program tells of none of what it does: the tables are right, and the history says that it is not.
  expect((await checkPlanHistory(store, { planId: "p" })).gaps).toEqual([
    { taskId: "t1", title: "Build", told: "queued", is: "completed" },
    { taskId: "t2", title: "Test", told: null, is: "queued" },
  ]);
  const target = `${file}.hivebundle`;
  const request = { kind: "plan" as const, id: "p", file: target, madeBy: "ada", versions: { hive: "1" } };
  expect((await writeBundle(store, request)).rows).toMatchObject({ tasks: 2, events: 1, execution_plans: 1 });
  const bundle = await openStore({ file: target, mode: "observe" });
  afterThisTest(() => bundle.close());
  expect((await listEvents(bundle, { entity: { kind: "plan", id: "p" } })).rows.map(({ id }) => id)).toEqual(["e1"]);
  expect(hashOf(file)).toBe(before);

  const seen: string[] = [];
  const tail = tailEvents(store, {}, (events) => seen.push(...events.map(({ id }) => id)));
  withDatabase(file, (foreign) =>
    foreign.exec(`INSERT INTO events (event_id, event_type, timestamp, source_agent, payload, metadata)
      VALUES ('e3', 'odd', '2026-01-01 12:00:00', 'python', '{}', '{}')`),
  );
  await waitFor("the foreign event", () => seen.includes("e3"));
  tail.close();
  await tail.ended;
});
