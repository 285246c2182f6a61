import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parsePlan } from "../../../src/main/core/plan/parse";
import { createPlanReader } from "../../../src/main/plan-reader";
import { bundleForNode } from "../../helpers/bundle";
import { temporaryFolder } from "../../helpers/store";

const bigPlan = JSON.stringify({
  title: "Many",
  subtasks: Array.from({ length: 5_000 }, (_, index) => ({ id: `t${index}`, title: `Task ${index}`, run: "true" })),
});

function builtThread(): Promise<string> {
  return bundleForNode(resolve("src/main/plan-reader-thread.ts"), temporaryFolder());
}

test("answers what parsing in place answers, to each caller its own", async () => {
  const reader = createPlanReader(await builtThread());
  const texts = [
    bigPlan,
    "title: Broken\nsubtasks: []",
    "{",
    "title: x\nsubtasks:\n  - {id: a, title: A, run: 'true'}",
  ];
  const parsed = await Promise.all(texts.map((text) => reader.parse(text, { fileName: "plan.yaml" })));
  expect(parsed).toEqual(texts.map((text) => parsePlan(text, { fileName: "plan.yaml" })));
});

test("leaves the loop free while a large plan is read", async () => {
  const reader = createPlanReader(await builtThread());
  let turns = 0;
  const turning = setInterval(() => turns++, 1);
  await reader.parse(bigPlan, { fileName: "plan.json" });
  clearInterval(turning);
  expect(turns).toBeGreaterThan(0);
});

test("a thread that dies fails its callers and is replaced for the next one", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "thread.cjs");
  writeFileSync(file, "throw new Error('no memory')");
  const reader = createPlanReader(file);
  await expect(reader.parse(bigPlan, { fileName: "plan.json" })).rejects.toMatchObject({
    code: "internal",
    message: expect.stringContaining("no memory"),
  });
  writeFileSync(
    file,
    `
    require("node:worker_threads").parentPort.on("message", ({ id }) =>
      require("node:worker_threads").parentPort.postMessage({ id, parsed: { definition: null, findings: [] } }));
  `,
  );
  await expect(reader.parse("x", { fileName: "plan.yaml" })).resolves.toEqual({ definition: null, findings: [] });
});

test("knows the agents that there are when a plan is read", async () => {
  const agents = [{ id: "bee", type: "llm", problem: null }] as const;
  const reader = createPlanReader(await builtThread(), async () => agents);
  const plan = (agent: string) => `title: x\nsubtasks: [{ id: a, agent: ${agent}, prompt: p }]`;
  expect((await reader.parse(plan("bee"), { fileName: "plan.yaml" })).definition?.subtasks[0]?.agent).toBe("bee");
  expect((await reader.parse(plan("wasp"), { fileName: "plan.yaml" })).findings).toMatchObject([
    { code: "unknown_agent" },
  ]);
});
