import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { json, startServer, type TestServer } from "../agents/server";
import { buildHive, makePlace, type Place, records } from "./hive";

const STEP = {
  ...{ id: "measure", title: "Measure it", description: "How long it takes", depends_on: [], complexity: "simple" },
  ...{ estimated_duration: 20, workflow_phase: "analysis", required_skills: [], deliverables: [] },
};
const PLAN = { title: "Faster import", description: "Half the time", sub_tasks: [STEP], open_questions: [] };
const ONE_STEP = JSON.stringify({
  title: "Faster import",
  sub_tasks: [{ id: "one", title: "One step", agent: "noop" }],
});

let place: Place;
let model: TestServer;
let answer: string;

beforeAll(buildHive, 240_000);
beforeEach(async () => {
  place = makePlace();
  answer = JSON.stringify(PLAN);
  model = await startServer((request, response) =>
    request.url.endsWith("/models")
      ? json({ data: [{ id: "bee" }] })(request, response)
      : json({ choices: [{ message: { content: answer }, finish_reason: "stop" }] })(request, response),
  );
});
afterEach(async () => {
  await place.remove();
  await model.close();
});

const environment = () => ({ HIVE_LLM_ENDPOINT: `${model.origin}/v1`, HIVE_LLM_MODEL: "bee" });
const hive = (...args: string[]) => place.hive(["planning", ...args], environment());
/** The one object that a command prints. */
async function told(...args: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await hive(...args, "--json");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return records(out)[0] ?? {};
}
const proposals = (detail: Record<string, unknown>) => detail.proposals as Array<Record<string, unknown>>;

it("goes from a request to a plan that is launched", async () => {
  expect((await hive("add", "Later", "--priority", "10")).out).toMatch(/^✓ requested \S+\n$/);
  const more = ["--priority", "80", "--complexity", "medium", "--context", '{"system": "billing"}'];
  const { id } = await told("add", "Speed up the import", ...more);
  const listed = await hive("list", "--status", "pending", "--json");
  expect(records(listed.out).map(({ priority }) => priority)).toEqual([80, 10]);

  const planned = await told("plan");
  expect(planned).toMatchObject({ id, status: "planned", agent: "ai-planner" });
  const planId = String(proposals(planned)[0]?.id);
  expect(await hive("launch", planId)).toMatchObject({ code: 1, err: expect.stringMatching(/approve it first/) });

  const refused = await hive("edit", planId, "--file", place.file("bad.json", '{"sub_tasks": []}'));
  expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/cannot be run as it is/) });
  const edited = await told("edit", planId, "--file", place.file("plan.json", ONE_STEP), "--reason", "one is enough");
  expect(proposals(edited)).toMatchObject([{ status: "generated", subtasks: 1 }]);
  expect((await hive("approve", planId, "--reason", "small enough")).out).toMatch(/approved/);
  const launched = await told("launch", planId);
  expect((await hive("show", String(id))).out).toMatch(/executing/);

  const tasks = "SELECT t.title FROM tasks t JOIN console_tasks k ON k.task_id = t.id WHERE k.plan_id = ?";
  expect(place.rows(tasks, String(launched.planId))).toEqual([{ title: "One step" }]);
  const acts = place.rows("SELECT act, reason FROM console_audit WHERE act LIKE 'planning.%' ORDER BY seq");
  expect(acts).toEqual([
    ...["add", "add", "claim"].map((act) => ({ act: `planning.${act}`, reason: null })),
    { act: "planning.edit", reason: "one is enough" },
    { act: "planning.approve", reason: "small enough" },
    { act: "planning.launch", reason: null },
  ]);
}, 60_000);

it("tells why there is no plan, and takes requests back, rejects and drops", async () => {
  expect(await hive("plan")).toMatchObject({ code: 3 });
  const { id } = await told("add", "Something");
  const request = String(id);
  const unset = await place.hive(["planning", "plan"]);
  expect(unset).toMatchObject({ code: 1, err: expect.stringMatching(/ai-planner cannot plan now: .*HIVE_/s) });
  answer = "I would rather not.";
  expect(await hive("plan", request)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/not JSON: I would rather/),
  });
  expect(await told("show", request)).toMatchObject({
    status: "failed",
    failure: { agent: "ai-planner", error: expect.stringMatching(/I would rather not/) },
  });
  expect((await hive("retry", request)).out).toMatch(
    /status +pending\n(.*\n)* +failed +ai-planner: .*I would rather not/,
  );
  expect(await told("claim", "--agent", "planner-7")).toMatchObject({ id, status: "assigned", agent: "planner-7" });
  expect(await hive("plan")).toMatchObject({ code: 1, out: "No request waits.\n" });
  await told("retry", request, "--reason", "it sleeps");
  answer = JSON.stringify(PLAN);
  const planId = String(proposals(await told("plan", request))[0]?.id);
  expect(await told("reject", planId, "--reason", "too large")).toMatchObject({ status: "pending" });
  expect(await told("drop", request, "--reason", "not needed")).toMatchObject({ status: "failed" });
  expect(await hive("drop", request)).toMatchObject({ code: 1, err: expect.stringMatching(/cannot go from failed/) });
  expect(await hive("show", "nobody")).toMatchObject({ code: 2, err: expect.stringMatching(/hive planning list/) });
}, 60_000);
