import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { parsePlan } from "../../../src/main/core/plan/parse";
import { askedOf, stream } from "../agents/chat";
import { startServer, type TestServer } from "../agents/server";
import { buildHive, makePlace, type Place } from "./hive";

const DATA = readFileSync(join(import.meta.dirname, "../../fixtures/plans/hive/plan-data.json"), "utf8");

let place: Place;
let server: TestServer;

const PLANNED = {
  title: "Sign-in",
  description: "By a link.",
  open_questions: ["Which mail server?"],
  sub_tasks: [
    {
      ...{ id: "list", title: "List", description: "All of them.", depends_on: [], complexity: "simple" },
      ...{ workflow_phase: "implementation", required_skills: ["python"], deliverables: ["A list"] },
    },
  ],
};
const REVIEWED = { verdict: "approve", summary: "Fine.", score: 90, findings: [] };

beforeAll(buildHive, 300_000);
beforeEach(async () => {
  place = makePlace();
  server = await startServer((request, response) => {
    const answer = askedOf(request).system.includes("You are a reviewer") ? REVIEWED : PLANNED;
    stream([JSON.stringify(answer)])(request, response);
  });
});
afterEach(async () => {
  await place.remove();
  await server.close();
});

it("the data of Hive's planner runs as it is: models are asked, programs run, answers handed on", async () => {
  const { sub_tasks, ...plan } = JSON.parse(DATA);
  // A person's decision would hold this test up; it has tests of its own.
  const withoutGate = sub_tasks.map((one: { id: unknown }) => (one.id === "gate" ? { ...one, assignee: "noop" } : one));
  place.file("plan-data.json", JSON.stringify({ ...plan, sub_tasks: withoutGate }));
  const { code, out, err } = await place.hive(["run", "plan-data.json"], {
    HIVE_LLM_ENDPOINT: `${server.origin}/v1`,
    HIVE_LLM_MODEL: "bee",
    HIVE_AGENT_HIVE_CODER_COMMAND: 'cat > coder.txt && echo \'{"done":true}\' > "$HIVE_RESULT_FILE"',
    HIVE_AGENT_AI_DEPLOYER_COMMAND: "cat > deployer.txt",
  });
  expect(err).toContain('Subtask "5" is assigned to "queen"');
  expect({ code, out }).toMatchObject({ code: 0 });
  const runs = place.rows(
    "SELECT k.subtask_id AS id, k.agent, r.status FROM runs r JOIN console_tasks k ON k.task_id = r.task_id ORDER BY k.ordinal",
  );
  expect(runs).toEqual([
    { id: "analysis-1", agent: "ai-planner", status: "success" },
    { id: "build-1", agent: "hive-coder", status: "success" },
    { id: "review-1", agent: "ai-reviewer", status: "success" },
    { id: "gate", agent: "noop", status: "success" },
    { id: "5", agent: "ai-deployer", status: "success" },
    { id: "smoke", agent: "command", status: "success" },
  ]);
  const asked = readFileSync(join(place.folder, "coder.txt"), "utf8");
  expect(asked).toContain("As the analysis says.");
  expect(asked).toContain('Answer of "Analyse the sign-in":\n{"title":"Sign-in"');
  expect(server.requests[0]?.body).toContain("Find out what ${" + "{ params.x }} is.");
});

it("what our planner answers is such data, too", () => {
  const { definition, findings } = parsePlan(JSON.stringify(PLANNED), { fileName: "answer.json" });
  expect(findings).toEqual([]);
  expect(definition?.subtasks).toMatchObject([{ id: "list", agent: "hive-coder" }]);
});
