import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { buildHive, makePlace, type Place } from "./hive";

let place: Place;

beforeAll(buildHive, 300_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const PLAN = `
title: For a worker
subtasks:
  - id: here
    run: echo here
  - id: there
    run: echo there
    role: gpu
    capabilities: [cuda]
    dependencies: [here]
`;

it("a worker in another terminal runs what asks for it, is listed, and ends when it is asked to", async () => {
  const plan = place.start(["run", place.file("plan.yaml", PLAN)]);
  await plan.printed(/here/);
  const worker = place.start(["worker", "start", "--role", "gpu", "-c", "cuda", "--slots", "2"]);
  await worker.printed(/Working on .*hive\.db as gpu@/);
  expect((await plan.ended).code).toBe(0);
  await worker.printed(/✓ there/);

  const table = (await place.hive(["worker", "list", "--all"])).out;
  expect(table).toMatch(/^gpu@\S+-1 +gpu +idle +\S+ ago +cuda$/m);
  expect(table).toMatch(/^gpu: 0 of 2 slots busy \(pid \d+ on /m);
  const listed = (await place.hive(["worker", "list", "--all", "--json", "--role", "gpu"])).out.trim().split("\n");
  expect(listed.map((line) => JSON.parse(line))).toMatchObject([{ role: "gpu", capabilities: ["cuda"] }, {}]);

  worker.child.kill("SIGINT");
  expect((await worker.ended).code).toBe(0);
  expect(place.rows("SELECT status FROM workers WHERE role = 'gpu'")).toEqual([
    { status: "offline" },
    { status: "offline" },
  ]);
});

it("interrupted twice it gives back what it has", async () => {
  await place.hive(["run", place.file("first.yaml", "title: First\nsubtasks: [{id: a, run: 'true'}]")]);
  const worker = place.start(["worker", "start", "--role", "x", "--slots", "1", "--json"]);
  await worker.printed(/"type":"ready"/);
  const text = "title: Long\nsubtasks: [{id: long, run: 'echo up; sleep 100', role: x}]";
  const plan = place.start(["run", place.file("long.yaml", text)]);
  await worker.printed(/"type":"started".*"subtask_id":"long"/);
  worker.child.kill("SIGINT");
  await worker.printed(/"type":"stopping","interrupts":1,"running":1/);
  worker.child.kill("SIGINT");
  const { code, out } = await worker.ended;
  expect(code).toBe(130);
  expect(out).toMatch(/"type":"ended".*gave it back/);
  expect(
    place.rows(
      "SELECT status, attempts, max_attempts FROM tasks t JOIN console_tasks k ON k.task_id = t.id WHERE title = 'long'",
    ),
  ).toEqual([{ status: "queued", attempts: 0, max_attempts: 1 }]);
  plan.child.kill("SIGINT");
  await plan.ended;
});

it("says what is missing", async () => {
  expect((await place.hive(["worker", "start"])).code).toBe(2);
  const nowhere = await place.hive(["worker", "start", "--role", "x"]);
  expect(nowhere.code).toBe(3);
  expect(nowhere.err).toContain("hive.db");
});
