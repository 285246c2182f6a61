import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { getFinalPlan, getPlanById, getPlanTaskSummary } from "../../../src/main/core/operations/board";
import { listEvents } from "../../../src/main/core/operations/events";
import { exportPlanMarkdown } from "../../../src/main/core/operations/plan-markdown";
import { launchPlan } from "../../../src/main/core/operations/plans";
import { getTask, listTasks, retryTask } from "../../../src/main/core/operations/tasks";
import { parsePlan } from "../../../src/main/core/plan/parse";
import type { Store } from "../../../src/main/core/store/open";
import { waitFor } from "../../helpers/wait";
import { Bench, planStatus, runOf, runsOf, untilEnded } from "../runner/setup";
import { askedOf, board, officerOf, SYNTHESIS, stream } from "./chat";
import { json, type Reply, silence, startServer, type TestServer } from "./server";

const text = readFileSync(join(import.meta.dirname, "../../../resources/plans/strategic-goal.yaml"), "utf8");

let bench: Bench;
let store: Store;
let server: TestServer;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
  server = await startServer(board());
  before = { ...process.env };
  Object.assign(process.env, {
    HIVE_DATA_DIR: bench.folder,
    HIVE_LLM_ENDPOINT: `${server.origin}/v1`,
    HIVE_LLM_MODEL: "bee",
    HIVE_AGENT_CEO_MODEL: "queen",
  });
});
afterEach(async () => {
  await bench.close();
  await server.close();
  process.env = before;
});

/** `retries`: of every subtask, so that a failure need not be waited for. `timeoutMs`: the synthesis' limit. */
async function launch({ retries = 0, timeoutMs = 60_000 } = {}): Promise<string> {
  const { definition, findings } = parsePlan(text, { fileName: "strategic-goal.yaml" });
  if (!definition) throw new Error(JSON.stringify(findings));
  const subtasks = definition.subtasks.map((subtask) => ({
    ...subtask,
    timeoutMs: subtask.id === "strategy" ? timeoutMs : null,
    retries: { ...subtask.retries, count: retries, backoffMs: 1, maxMs: 1 },
  }));
  const { planId } = await launchPlan(store, {
    definition: { ...definition, subtasks },
    parameters: { goal: "Win 100 teams", context: "We are six." },
    sourceName: "strategic-goal.yaml",
    sourceText: text,
    folder: bench.folder,
    launchedBy: "test",
  });
  return planId;
}

const events = (planId: string): string[] =>
  store.read
    .prepare<[string], string>("SELECT event_type FROM events WHERE correlation_id = ? ORDER BY rowid")
    .pluck()
    .all(planId);

describe("a strategic goal", () => {
  it("is answered by four officers at once, and becomes one strategy of the CEO", async () => {
    // Nobody is answered before all four have asked.
    const waiting: Array<() => void> = [];
    server.reply((request, response) => {
      const answer = () => board()(request, response);
      if (officerOf(askedOf(request)) === "ceo") return answer();
      waiting.push(answer);
      if (waiting.length === 4) for (const one of waiting) one();
      return undefined;
    });
    bench.start(store, { slots: 4 });
    const planId = await launch();
    expect(await untilEnded(store, planId)).toBe("completed");

    const asked = server.requests.map((request) => askedOf(request));
    expect(asked.map(officerOf).slice(0, 4).sort()).toEqual(["cfo", "cmo", "coo", "cto"]);
    expect(asked.slice(0, 4).every(({ prompt, model }) => prompt.includes("Win 100 teams") && model === "bee")).toBe(
      true,
    );
    const [synthesis] = asked.slice(4);
    expect(synthesis).toMatchObject({ model: "queen" });
    for (const officer of ["cfo", "cto", "cmo", "coo"]) {
      expect(synthesis?.prompt).toContain(`The position of the ${officer}.`);
    }
    expect(JSON.parse(server.requests[4]?.body ?? "").response_format.json_schema.schema.required).toContain(
      "confidence_score",
    );

    expect(getFinalPlan(store, planId)).toMatchObject({
      finalPlan: {
        planId,
        synthesizedStrategy: SYNTHESIS.synthesized_strategy,
        contributingAgents: ["cfo", "cto", "cmo", "coo"],
        identifiedRisks: SYNTHESIS.identified_risks,
        confidenceScore: 0.62,
      },
    });
    expect(getPlanById(store, planId)).toMatchObject({ status: "completed" });
    expect(await getPlanTaskSummary(store, planId)).toMatchObject({ taskCounts: { completed: 5 } });
    const kinds = events(planId);
    expect(kinds.slice(-2)).toEqual(["board.final_plan_saved", "plan.execution_completed"]);
    const { rows } = listTasks(store, { planId, limit: 10 });
    const finance = getTask(store, { taskId: rows.find(({ subtaskId }) => subtaskId === "finance")?.id ?? "" });
    expect(finance.result).toMatchObject({
      meta: { promptTokens: 11, completionTokens: 7, latencyMs: expect.any(Number) },
    });
  });

  it("is exported as Markdown", async () => {
    bench.start(store, { slots: 4 });
    const planId = await launch();
    await untilEnded(store, planId);
    const { fileName, markdown } = await exportPlanMarkdown(store, planId);
    expect(fileName).toBe("strategic-goal.md");
    for (const line of [
      "# Strategic goal",
      "- Status: completed",
      "- goal: Win 100 teams",
      "## Final plan",
      "### Decision",
      "Contributing agents: cfo, cto, cmo, coo",
      "Confidence: 62 %",
      "- Nobody \\| pays",
      "| finance | Finance (CFO) | cfo | completed | 1 |  |",
      "## Finance (CFO)",
      "**Recommendations**",
      "- Two salaries",
    ]) {
      expect(markdown).toContain(line);
    }
  });
});

const brokenSynthesis: ReadonlyArray<readonly [string, Reply, RegExp]> = [
  ["breaks", json({ error: { message: "overloaded" } }, 500), /answered 500: .*overloaded/],
  ["is cut off", (_, response) => void response.writeHead(200).write("{", () => response.destroy()), /cut off/],
  ["answers with prose", stream(["Be bold."]), /not JSON: Be bold/],
  ["answers beside the schema", stream(['{"synthesized_strategy":"x"}']), /does not fit the schema/],
  [
    "is too sure",
    stream([JSON.stringify({ ...SYNTHESIS, confidence_score: 7 })]),
    /"confidence_score" .* does not fit/,
  ],
];

describe("a synthesis that fails", () => {
  it.each(brokenSynthesis)(
    "because the model %s ends the plan as synthesis_failed; retried, it completes",
    async (_, reply, says) => {
      server.reply(board({ ceo: reply }));
      bench.start(store, { slots: 4 });
      const planId = await launch();
      expect(await untilEnded(store, planId)).toBe("synthesis_failed");
      const { rows } = listTasks(store, { planId, limit: 10 });
      const strategy = rows.find(({ subtaskId }) => subtaskId === "strategy");
      expect(strategy).toMatchObject({ state: "failed", reason: expect.stringMatching(says) });
      expect(getFinalPlan(store, planId)).toBeNull();
      expect((await exportPlanMarkdown(store, planId)).markdown).toContain("- Status: synthesis\\_failed");

      server.reply(board());
      await retryTask(store, { taskId: strategy?.id ?? "", actor: "ann" });
      await waitFor("the plan's second end", () => planStatus(store, planId) === "completed");
      expect(getFinalPlan(store, planId)?.finalPlan?.confidenceScore).toBe(0.62);
    },
  );

  it("by being slow is stopped at its time limit", async () => {
    server.reply(board({ ceo: silence }));
    bench.start(store, { slots: 4 });
    const planId = await launch({ timeoutMs: 200 });
    expect(await untilEnded(store, planId)).toBe("synthesis_failed");
    expect(runOf(store, planId, "strategy")).toMatchObject({ status: "timeout" });
  });

  it("never begins behind an officer that fails: the plan is partially completed", async () => {
    server.reply(board({ cmo: json({}, 500) }));
    bench.start(store, { slots: 4 });
    const planId = await launch({ retries: 1 });
    expect(await untilEnded(store, planId)).toBe("partially_completed");
    expect(runsOf(store, planId).filter(({ subtask }) => subtask === "marketing")).toHaveLength(2);
    expect(runOf(store, planId, "strategy")).toBeUndefined();
  });
});

describe("a synthesis by a command", () => {
  const run = (result: string) => [
    { id: "only", agent: "command", run: `printf '%s' '${result}' > "$HIVE_RESULT_FILE"` },
  ];

  it("leaves its result as the final plan", async () => {
    bench.start(store);
    const planId = await bench.launch(store, run(JSON.stringify(SYNTHESIS)), { synthesis: "only" });
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(getFinalPlan(store, planId)?.finalPlan).toMatchObject({ confidenceScore: 0.62 });
  });

  it.each(["[1]", "{}", '{"synthesized_strategy":" ","contributing_agents":[]}', '"text"'])(
    "that leaves %s fails the plan and says why",
    async (result) => {
      bench.start(store);
      const planId = await bench.launch(store, run(result), { synthesis: "only" });
      expect(await untilEnded(store, planId)).toBe("synthesis_failed");
      const { rows: ended } = await listEvents(store, { topic: "plan.execution_completed" });
      expect(ended[0]?.payload).toMatchObject({ synthesis_error: expect.stringContaining("of only is no final plan") });
    },
  );
});
