import { expect, test } from "vitest";
import { editAndRetry, getTaskWork } from "../../../src/main/core/operations/edit-task";
import { launchPlan } from "../../../src/main/core/operations/plans";
import { listTasks } from "../../../src/main/core/operations/tasks";
import { parsePlan } from "../../../src/main/core/plan/parse";
import type { Store } from "../../../src/main/core/store/open";
import { openTestStore } from "../../helpers/store";

const PLAN = `
title: Everything that can be said
parameters:
  target: {type: string, default: staging}
  count: {type: number, default: 3}
  key: {type: secret}
env: {LEVEL: "\${{ params.target }}"}
subtasks:
  - {id: first, run: "echo one"}
  - id: script
    run: "echo \${{ params.target }} \${{ subtasks.first.result.name }} \${{ params.key }} '$\${{ as it is }}'"
    dependencies: first
    env: {NAME: "\${{ subtasks.first.result.name }}", PLAIN: "a $\${{ b }}", TOKEN: "\${{ params.key }}"}
    timeout: 1m30s
    retries: {count: 2, backoff: 500ms, max: 10s, jitter: 0, on_exit_codes: [3, 4]}
  - {id: words, run: [printf, "%s", "\${{ subtasks.first.result.name }}", "$\${{ x }}"], dependencies: first, cwd: sub}
  - id: request
    agent: http
    dependencies: first
    http:
      method: POST
      url: "https://example.org/\${{ params.target }}"
      headers: {X-Kind: "\${{ subtasks.first.result.kind }}"}
      body: {n: 1, list: [true, null, "x"], who: "\${{ params.target }}"}
      timeout: 5s
      expect: [200, 202]
      result: /data
      poll: {url: /links/status, interval: 1s, status: /state, until: done, fail: [broken]}
  - id: question
    agent: llm
    llm: {prompt: "Why \${{ params.count }}?", system: Be brief, temperature: 0.5, max_tokens: 100, schema: {type: object}}
  - {id: gate, agent: approval, approval: {instructions: "Look at \${{ params.target }}"}}
  - {id: join, agent: noop}
  - {id: board, agent: ceo, prompt: "Where to, \${{ params.target }}?"}
`;

async function launched(store: Store): Promise<Record<string, string>> {
  const { definition, findings } = parsePlan(PLAN, { fileName: "plan.yaml" });
  if (definition === null) throw new Error(JSON.stringify(findings));
  const { planId } = await launchPlan(store, {
    definition,
    parameters: { target: "production", count: 3, key: "very secret" },
    sourceName: "plan.yaml",
    sourceText: PLAN,
    folder: "/srv/plans",
    launchedBy: "test",
  });
  const { rows } = listTasks(store, { planId, limit: 50 });
  return Object.fromEntries(rows.map(({ subtaskId, id }) => [subtaskId ?? "", id]));
}

function specOf(store: Store, taskId = ""): Record<string, unknown> {
  const sql = "SELECT s.spec FROM console_specs s JOIN console_tasks k USING (seq) WHERE k.task_id = ?";
  return JSON.parse(String(store.read.prepare(sql).pluck().get(taskId)));
}

/** An expression. */
function hole(name: string): string {
  return `\${{ ${name} }}`;
}

/** Without what the reader of a plan gives as an empty set, or not at all. */
function plain(spec: Record<string, unknown>): unknown {
  return { ...spec, late: spec.late ?? null };
}

test("what a task runs can be read, written as it was read, and is then the same, whatever its agent", async () => {
  const store = await openTestStore();
  const ids = await launched(store);
  for (const [name, taskId] of Object.entries(ids)) {
    const before = specOf(store, taskId);
    const { payload: _payload, ...work } = getTaskWork(store, { taskId }).work;
    expect(JSON.stringify(work), name).not.toContain("very secret");
    if (Object.keys(work).length === 0) continue;
    await editAndRetry(store, { taskId, edit: work, actor: "ada" });
    expect([name, plain(specOf(store, taskId))]).toEqual([name, plain(before)]);
  }
});

test("an edit may use parameters, secrets and the results of dependencies, and nothing else", async () => {
  const store = await openTestStore();
  const ids = await launched(store);
  const edit = (name: string, changes: Parameters<typeof editAndRetry>[1]["edit"]) =>
    editAndRetry(store, { taskId: ids[name] ?? "", edit: changes, actor: "ada" });
  await edit("script", { run: `deploy ${hole("params.target")}`, env: { TOKEN: `${hole("params.key")}` } });
  expect(specOf(store, ids.script)).toMatchObject({
    run: `deploy "\${HIVE_PARAM_TARGET}"`,
    env: { TOKEN: `${hole("params.key")}`, HIVE_PARAM_TARGET: "production" },
    late: { env: expect.arrayContaining(["TOKEN"]), secrets: ["key"] },
  });
  await edit("words", { cwd: "../elsewhere" });
  expect(specOf(store, ids.words)).toMatchObject({ cwd: "/srv/elsewhere", late: { run: true } });
  await edit("question", { llm: { prompt: "Why not?" } });
  expect(specOf(store, ids.question)).toMatchObject({ llm: { prompt: "Why not?", system: null, temperature: null } });

  const codes = async (name: string, changes: Parameters<typeof edit>[1]) => {
    const before = specOf(store, ids[name]);
    const error: unknown = await edit(name, changes).catch((reason: unknown) => reason);
    expect(specOf(store, ids[name])).toEqual(before);
    const { details } = error as { details: { findings: readonly { code: string }[] } };
    return details.findings.map(({ code }) => code);
  };
  expect(await codes("script", { run: `echo ${hole("params.nobody")}` })).toEqual(["unknown_parameter"]);
  expect(await codes("script", { run: `echo '${hole("params.target")}'` })).toEqual(["parameter_place"]);
  expect(await codes("request", { http: { url: "x", body: `${hole("subtasks.join.result.x")}` } })).toEqual([
    "unknown_result",
  ]);
  expect(await codes("request", { http: null })).toEqual(["missing_key"]);
  expect(await codes("request", { run: "true" })).toEqual(["unexpected_run"]);
  expect(await codes("gate", { timeout: "5s" })).toEqual(["unexpected_key"]);
  expect(await codes("script", { agent: "noop", dependencies: [] })).toEqual(["unknown_key", "unknown_key"]);
  expect(await codes("script", { env: { "not a name": "1" } })).toHaveLength(1);
});
