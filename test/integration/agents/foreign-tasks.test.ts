import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { setFlags } from "../../../src/main/core/operations/migration";
import { routeForeignTasks } from "../../../src/main/core/operations/routing-duty";
import { wantedOf } from "../../../src/main/core/operations/wanted-capabilities";
import { explainTask } from "../../../src/main/core/operations/why";
import type { Store } from "../../../src/main/core/store/open";
import { OPEN_ROUTED, PLACE_AFTER, WANTING_AFTER, WANTING_AMONG } from "../../../src/main/core/store/routed-tasks";
import { type ForeignProgram, startForeignProgram } from "../../helpers/foreign";
import { waitFor } from "../../helpers/wait";
import { Bench } from "../runner/setup";
import { askedOf, stream } from "./chat";
import { json, startServer, type TestServer } from "./server";

let bench: Bench;
let store: Store;
let server: TestServer;
let python: ForeignProgram;
let before: NodeJS.ProcessEnv;
let duties: Array<{ stop(): Promise<void> }>;

beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
  server = await startServer((request, response) =>
    (request.url.endsWith("/models") ? json({ data: [{ id: "bee" }] }) : stream(["All good."]))(request, response),
  );
  before = { ...process.env };
  process.env.HIVE_DATA_DIR = join(bench.folder, "data");
  python = await startForeignProgram(bench.file);
  duties = [];
});
afterEach(async () => {
  for (const duty of duties) await duty.stop();
  await bench.close();
  await server.close();
  process.env = before;
});

function watcherFile(endpoint = `${server.origin}/v1`): void {
  mkdirSync(`${bench.file}.agents`, { recursive: true });
  const settings = `id: watcher\ntype: llm\ntitle: t\ndescription: d\ncapabilities: [monitor]\nendpoint: ${endpoint}\nmodel: bee`;
  writeFileSync(join(`${bench.file}.agents`, "watcher.md"), `---\n${settings}\n---\nWatch.\n`);
}

const begin = (): void => {
  duties.push(routeForeignTasks(store, {}, 20));
};
const allow = (on: boolean) => setFlags(store, { flags: { enable_agent_adapters: on }, reason: "test", actor: "test" });
const insert = (id: string, payload: unknown) =>
  python.exec(
    `INSERT INTO tasks (id, title, description, task_type, payload) VALUES ('${id}', 'Look at ${id}', 'Closely.', 'python', '${
      typeof payload === "string" ? payload : JSON.stringify(payload)
    }')`,
  );
const taskOf = (id: string) =>
  store.read
    .prepare<unknown[], { status: string; summary: string | null }>("SELECT status, summary FROM tasks WHERE id = ?")
    .get(id);
const WANTS = { required_capabilities: ["monitor"], correlation_id: "case-7", file: "x.log" };

describe("a task that a Python program wrote for whoever is good for something", () => {
  it("is done by an agent while the flag is on, under its own correlation, and its answer is written into it", async () => {
    watcherFile();
    await allow(true);
    await insert("t1", WANTS);
    await insert("t2", "no JSON, says required_capabilities");
    await insert("t3", { required_capabilities: ["gpu"] });
    begin();
    bench.start(store, { environment: {} });
    await waitFor("the end of t1", () => taskOf("t1")?.status === "completed");
    expect(taskOf("t1")?.summary).toBe("All good.");
    const [request] = server.requests.filter(({ url }) => url.endsWith("/completions"));
    expect(request?.headers["x-correlation-id"]).toBe("case-7");
    expect(askedOf(request ?? { body: "{}", method: "", url: "", headers: {} }).prompt).toMatch(
      /^Look at t1\n\nClosely\.\n\n[\s\S]*"file": "x\.log"/,
    );
    const types = store.read
      .prepare("SELECT event_type FROM events WHERE correlation_id = 'case-7' ORDER BY rowid")
      .pluck();
    expect(types.all()).toEqual(expect.arrayContaining(["task.assigned", "task.started", "task.completed"]));
    expect([taskOf("t2")?.status, taskOf("t3")?.status]).toEqual(["queued", "queued"]);
    // One that comes later is found by the change feed, and none is done twice.
    await insert("t4", WANTS);
    await waitFor("the end of t4", () => taskOf("t4")?.status === "completed");
    expect(store.read.prepare("SELECT count(*) FROM execution_plans").pluck().get()).toBe(2);
  });

  it("is left to others while the flag is off, while no agent could work, and where it waits for something", async () => {
    watcherFile("http://127.0.0.1:1/v1");
    begin();
    await insert("t1", WANTS);
    const words = () => JSON.stringify(explainTask(store, { taskId: "t1" }));
    await waitFor("the task", () => taskOf("t1") !== undefined);
    expect(words()).toContain("only with the flag enable_agent_adapters, which is off");
    await allow(true);
    await waitFor("the reason", () => words().includes("as soon as one could work"));
    expect(taskOf("t1")?.status).toBe("queued");
    expect(store.read.prepare("SELECT count(*) FROM execution_plans").pluck().get()).toBe(0);
    expect(wantedOf({ payload: { ...WANTS, dependencies: ["t0"] } })).toEqual([]);
    expect(wantedOf({ payload: { ...WANTS, plan_id: "p" } })).toEqual([]);
    expect(wantedOf({ payload: { required_capabilities: ["monitor", "gpu"] } })).toEqual([]);
    expect(wantedOf({ payload: { required_capabilities: "review" } })).toEqual(["review"]);
    expect(wantedOf({ payload: "x" })).toEqual([]);
  });

  it("fails as its agent does, and ends its plan when it is cancelled meanwhile", async () => {
    watcherFile();
    await allow(true);
    let release: () => void = () => undefined;
    server.reply((request, response) => {
      if (request.url.endsWith("/models")) return json({ data: [{ id: "bee" }] })(request, response);
      release = () => json({ error: "no honey" }, 500)(request, response);
    });
    begin();
    bench.start(store, { environment: {} });
    await insert("t1", WANTS);
    const asked = () => server.requests.filter(({ url }) => url.endsWith("/completions")).length;
    await waitFor("the agent at work", () => taskOf("t1")?.status === "in_progress" && asked() === 1);
    expect(JSON.stringify(explainTask(store, { taskId: "t1" }))).not.toContain("no console starts it");
    release();
    await waitFor("the failure", () => taskOf("t1")?.status === "failed");
    await insert("t2", WANTS);
    await waitFor("the second at work", () => taskOf("t2")?.status === "in_progress" && asked() === 2);
    await python.exec("UPDATE tasks SET status = 'cancelled' WHERE id = 't2'");
    const plans = store.read.prepare("SELECT status FROM execution_plans ORDER BY generated_at, id").pluck();
    await waitFor("the end of its plan", () => plans.all().includes("cancelled"));
    expect(taskOf("t2")?.status).toBe("cancelled");
    rmSync(`${bench.file}.agents`, { recursive: true });
  });

  it("is settled by the next console when the one that gave it away has gone", async () => {
    watcherFile();
    await allow(true);
    await insert("t1", WANTS);
    begin();
    await waitFor("it to be given away", () => taskOf("t1")?.status === "assigned");
    for (const duty of duties.splice(0)) await duty.stop();
    const second = await bench.open();
    bench.start(second, { environment: {} });
    const plans = store.read.prepare("SELECT status FROM execution_plans").pluck();
    await waitFor("the plan to end", () => plans.get() === "completed");
    expect(taskOf("t1")?.status).toBe("assigned");
    duties.push(routeForeignTasks(second, {}, 20));
    await waitFor("the end of t1", () => taskOf("t1")?.status === "completed");
  });
});

it("tasks that want an agent are read by what is indexed, a piece at a time", () => {
  const planOf = (sql: string, ...input: unknown[]): string =>
    store.read
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...input)
      .map(({ detail }) => detail)
      .join("\n");
  expect(planOf(WANTING_AFTER, 1, 2)).toMatch(/SEARCH t USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)/);
  expect(planOf(PLACE_AFTER, 1, 2)).not.toMatch(/SCAN tasks(?! USING)/);
  expect(planOf(WANTING_AMONG, "[]")).toMatch(/SEARCH t USING INDEX/);
  expect(planOf(OPEN_ROUTED, 1)).toMatch(/USING INDEX console_routed_open/);
});
