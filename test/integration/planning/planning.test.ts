import { beforeEach, expect, test } from "vitest";
import { operator } from "../../../src/main/core/operations/hive/caller";
import { setFlags } from "../../../src/main/core/operations/migration";
import { planRequest, stopAllPlanning, stopPlanning } from "../../../src/main/core/operations/plan-request";
import { listPlanners } from "../../../src/main/core/operations/planners";
import {
  addPlanning,
  approvePlanning,
  claimPlanning,
  dropPlanning,
  editPlanning,
  getPlanning,
  launchPlanning,
  listPlanning,
  rejectPlanning,
  retryPlanning,
} from "../../../src/main/core/operations/planning";
import { planWaitingRequests } from "../../../src/main/core/operations/planning-duty";
import type { Store } from "../../../src/main/core/store/open";
import { LATEST_REQUESTS, requestsOfStatus } from "../../../src/main/core/store/planning-rows";
import { startForeignProgram } from "../../helpers/foreign";
import { afterThisTest, openTestStore, temporaryFolder } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";
import { json, startServer, type TestServer } from "../agents/server";

const ann = operator("ann");
const subtask = (id: string, on: readonly string[], more: object = {}) => ({
  id,
  title: `Do ${id}`,
  description: `What ${id} is`,
  depends_on: on,
  complexity: "simple",
  estimated_duration: 20,
  workflow_phase: "analysis",
  required_skills: [],
  deliverables: [],
  ...more,
});
const PLAN = {
  title: "Faster import",
  description: "Import in half the time",
  sub_tasks: [subtask("measure", []), subtask("change", ["measure"], { complexity: "complex" })],
  open_questions: [],
};

let store: Store;
let model: TestServer;
beforeEach(async () => {
  store = await openTestStore();
  model = await startServer(answer(PLAN));
  afterThisTest(() => model.close());
});

/** A chat endpoint that knows one model, and answers this. */
function answer(content: unknown, status = 200) {
  const reply = {
    choices: [
      { message: { content: typeof content === "string" ? content : JSON.stringify(content) }, finish_reason: "stop" },
    ],
  };
  return (...[request, response]: Parameters<ReturnType<typeof json>>) =>
    request.url.endsWith("/models")
      ? json({ data: [{ id: "bee" }] })(request, response)
      : json(reply, status)(request, response);
}

const environment = () => ({ HIVE_LLM_ENDPOINT: `${model.origin}/v1`, HIVE_LLM_MODEL: "bee" });
const plan = (requestId?: string, env = environment()) =>
  planRequest(store, ann, { agent: "ai-planner", environment: env, ...(requestId === undefined ? {} : { requestId }) });
const add = (description: string, priority = 50) => addPlanning(store, ann, { description, priority });
const events = (correlationId: string) =>
  store.read
    .prepare<[string], string>("SELECT event_type FROM events WHERE correlation_id = ? ORDER BY rowid")
    .pluck()
    .all(correlationId);

test("a request becomes a plan, which is reviewed, edited, approved and launched", async () => {
  await add("Later", 10);
  const { id } = await addPlanning(store, ann, {
    description: "Speed up the import",
    priority: 80,
    context: { system: "billing" },
  });
  expect(listPlanning(store, { status: "pending", limit: 10 }).rows.map(({ priority }) => priority)).toEqual([80, 10]);
  const planned = await plan();
  expect(planned).toMatchObject({
    id,
    status: "planned",
    agent: "ai-planner",
    proposals: [
      { status: "generated", subtasks: 2, dependencies: 1, estimatedMinutes: 40, complexity: "complex", findings: [] },
    ],
  });
  const asked = JSON.parse(model.requests.at(-1)?.body ?? "{}");
  expect(asked.messages.at(-1).content).toMatch(
    /^Speed up the import\n\nPriority: 80\n\nContext:\n\{\n {2}"system": "billing"\n\}$/,
  );
  const proposal = planned?.proposals[0];
  if (!proposal) throw new Error("no plan");
  const planId = proposal.id;
  const launch = () => launchPlanning(store, ann, { planId, launchedBy: "test", folder: temporaryFolder() });
  await expect(launch()).rejects.toThrow(/approve it first/);
  expect((await approvePlanning(store, ann, { planId })).proposals[0]?.status).toBe("approved");

  // What was approved is to be approved again once it was edited; nonsense changes nothing.
  await expect(editPlanning(store, ann, { planId, data: '{"sub_tasks": [}' })).rejects.toMatchObject({
    code: "invalid_plan",
  });
  const cycle = JSON.stringify({ ...PLAN, sub_tasks: [subtask("a", ["b"]), subtask("b", ["a"])] });
  await expect(editPlanning(store, ann, { planId, data: cycle })).rejects.toMatchObject({ code: "invalid_plan" });
  const shorter = JSON.stringify({
    ...PLAN,
    plan_id: planId,
    sub_tasks: [{ id: "only", title: "Only", agent: "noop" }],
  });
  const edited = await editPlanning(store, ann, { planId, data: shorter, reason: "one step is enough" });
  expect(edited.proposals[0]).toMatchObject({ status: "generated", subtasks: 1, dependencies: 0, data: shorter });
  await approvePlanning(store, ann, { planId, reason: "good" });

  const launched = await launch();
  expect(await getPlanning(store, id)).toMatchObject({
    proposals: [
      { id: launched.planId, status: "executing" },
      { id: planId, status: "approved" },
    ],
  });
  expect(store.read.prepare("SELECT t.title FROM tasks t").pluck().all()).toEqual(["Only"]);
  // The launch made no request of its own.
  expect(listPlanning(store, { limit: 10 }).rows).toHaveLength(2);
  await expect(launch()).rejects.toThrow(/runs already/);
  expect(store.read.prepare("SELECT count(*) FROM tasks").pluck().get()).toBe(1);
  expect(events(id)).toEqual(["plan.requested", "plan.generated", "plan.approved", "plan.approved"]);
  expect(store.read.prepare("SELECT act FROM console_audit ORDER BY seq").pluck().all()).toEqual([
    ...["planning.add", "planning.add", "planning.claim", "planning.approve", "planning.edit", "planning.approve"],
    ...["plans.launch", "planning.launch"],
  ]);
});

test("an agent that is not set up claims nothing; one that fails leaves the request failed, and says why", async () => {
  const { id } = await add("Something");
  await expect(plan(undefined, { HIVE_LLM_ENDPOINT: `${model.origin}/v1`, HIVE_LLM_MODEL: "" })).rejects.toThrow(
    /cannot plan now: No model is named/,
  );
  expect(await getPlanning(store, id)).toMatchObject({ status: "pending", agent: null });
  for (const content of [
    "no JSON",
    { ...PLAN, sub_tasks: [] },
    { ...PLAN, sub_tasks: [subtask("a", []), subtask("a", [])] },
  ]) {
    model.reply(answer(content));
    await expect(plan(id)).rejects.toThrow();
    expect(await getPlanning(store, id)).toMatchObject({ status: "failed", proposals: [] });
    await retryPlanning(store, ann, { requestId: id });
  }
  expect(events(id).filter((type) => type === "agent.error")).toHaveLength(3);
  expect(await plan("nothing").catch((error) => error.code)).toBe("not_found");
  await dropPlanning(store, ann, { requestId: id, reason: "not wanted" });
  expect(await plan()).toBeNull();
  expect(await getPlanning(store, id)).toMatchObject({
    status: "failed",
    failure: { agent: "ai-planner", error: expect.stringMatching(/./) },
    dropped: { actor: "ann", reason: "not wanted" },
  });
});

test("planners of other programs take part, and a rejected plan is made anew", async () => {
  const { id } = await add("Something");
  const foreign = await startForeignProgram(store.file);
  expect(await claimPlanning(store, ann, { agent: "planner-7" })).toMatchObject({
    id,
    status: "assigned",
    agent: "planner-7",
  });
  expect(await claimPlanning(store, ann, { agent: "planner-8" })).toBeNull();
  await expect(claimPlanning(store, ann, { requestId: id, agent: "planner-8" })).rejects.toMatchObject({
    code: "illegal_transition",
  });
  // As upstream's planner writes it.
  await foreign.exec(`INSERT INTO execution_plans (id, planning_task_id, plan_data, status)
      VALUES ('p', '${id}', '{"sub_tasks": [{"id": "a", "title": "A", "depends_on": ["ghost"]}]}', 'generated');
    UPDATE planning_queue SET status = 'planned', completed_at = '2026-01-01T00:00:00+00:00' WHERE id = '${id}'`);
  const shown = await getPlanning(store, id);
  expect(shown).toMatchObject({ status: "planned", completedAt: Date.UTC(2026, 0, 1) });
  expect(shown.proposals[0]?.findings.map(({ severity }) => severity)).toContain("error");
  await expect(approvePlanning(store, ann, { planId: "p" })).rejects.toMatchObject({ code: "invalid_plan" });
  expect(await rejectPlanning(store, ann, { planId: "p", again: true, reason: "a ghost" })).toMatchObject({
    status: "pending",
    agent: null,
    proposals: [{ status: "cancelled" }],
  });
  await expect(approvePlanning(store, ann, { planId: "p" })).rejects.toMatchObject({ code: "illegal_transition" });
  expect(await plan()).toMatchObject({ status: "planned", plans: 2 });
});

test("who took a request from its planner is not overruled by it", async () => {
  const { id } = await add("Something");
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  model.reply((request, response) => {
    if (request.url.endsWith("/models")) answer(PLAN)(request, response);
    else void held.then(() => answer(PLAN)(request, response));
  });
  const planning = plan(id).catch((error) => error);
  await expect.poll(() => getPlanning(store, id).then(({ status }) => status)).toBe("assigned");
  await retryPlanning(store, ann, { requestId: id });
  release();
  expect(await planning).toMatchObject({ code: "not_allowed" });
  expect(await getPlanning(store, id)).toMatchObject({ status: "pending", proposals: [] });
});

test("with the flag on, requests that wait are planned by themselves; a console that ends lets one wait again", async () => {
  const duty = planWaitingRequests(store, environment(), 20);
  afterThisTest(() => duty.stop());
  const { id } = await add("Something");
  await setFlags(store, { flags: { enable_agent_adapters: true }, actor: "ann", reason: "a test" });
  await waitFor("the plan", async () => (await getPlanning(store, id)).status === "planned");
  expect(await getPlanning(store, id)).toMatchObject({ agent: "ai-planner", proposals: [{ status: "generated" }] });

  model.reply((request, response) => {
    if (request.url.endsWith("/models")) answer(PLAN)(request, response);
  });
  const second = await add("Something else");
  await waitFor("it to be claimed", async () => (await getPlanning(store, second.id)).status === "assigned");
  await duty.stop();
  expect(await getPlanning(store, second.id)).toMatchObject({ status: "pending", agent: null });
});

test("an agent that is stopped lets go, and what it still answers is not taken, also when it was asked again", async () => {
  const { id } = await add("Something");
  const held: Array<() => void> = [];
  model.reply((request, response) => {
    if (request.url.endsWith("/models")) answer(PLAN)(request, response);
    else held.push(() => answer(PLAN)(request, response));
  });
  const first = plan(id).catch((error) => error);
  await waitFor("it to be asked", () => held.length === 1);
  await retryPlanning(store, ann, { requestId: id });
  stopPlanning(store, id);
  expect(await first).toMatchObject({ code: "not_allowed", message: expect.stringMatching(/was stopped/) });
  // The same agent again: the first one, had it answered, would have answered for the second.
  const second = plan(id);
  await waitFor("it to be asked again", () => held.length === 2);
  expect(await getPlanning(store, id)).toMatchObject({ status: "assigned", agent: "ai-planner" });
  held[1]?.();
  expect(await second).toMatchObject({ status: "planned", plans: 1, proposals: [{ steps: [{ id: "measure" }, {}] }] });

  const other = await add("Something else");
  const third = plan(other.id).catch((error) => error);
  await waitFor("it to be asked a third time", () => held.length === 3);
  await stopAllPlanning(store);
  expect(await third).toMatchObject({ code: "not_allowed" });
  expect(await getPlanning(store, other.id)).toMatchObject({ status: "pending", agent: null, failure: null });
});

test("who can plan is told, and what is missing; requests are found among a million launches", async () => {
  const place = { databaseFile: store.file, environment: environment() };
  expect(await listPlanners(place)).toMatchObject([{ id: "ai-planner", status: "healthy" }]);
  expect(await listPlanners({ ...place, environment: {} })).toMatchObject([
    { status: "unhealthy", message: expect.stringMatching(/HIVE_AGENT_AI_PLANNER/) },
  ]);
  // Upstream's own indexes must not win: each launch has a row in the queue.
  await store.write((tx) =>
    tx.exec(
      `CREATE INDEX IF NOT EXISTS idx_planning_status_priority ON planning_queue (status, priority DESC, created_at)`,
    ),
  );
  const planOf = (sql: string, given: readonly unknown[]) =>
    store.read
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...given)
      .map(({ detail }) => detail);
  expect(planOf(requestsOfStatus("INDEXED BY console_requests_by_status"), ["pending", 10, 0])).toEqual([
    "SEARCH q USING INDEX console_requests_by_status (status=?)",
  ]);
  expect(planOf(LATEST_REQUESTS, [10, 0])).toEqual(["SCAN q USING INDEX console_requests_recent"]);
});
