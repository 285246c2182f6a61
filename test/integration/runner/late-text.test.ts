// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions are written so in plans
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { launchPlan } from "../../../src/main/core/operations/plans";
import { retryTask } from "../../../src/main/core/operations/tasks";
import { parsePlan } from "../../../src/main/core/plan/parse";
import type { Store } from "../../../src/main/core/store/open";
import type { ParameterValue } from "../../../src/shared/model/plan-definition";
import { filesWith } from "../../helpers/files-with";
import { waitFor } from "../../helpers/wait";
import { json, startServer } from "../agents/server";
import { Bench, logOf, planStatus, runOf, untilEnded, untilPrinted } from "./setup";

let bench: Bench;
let store: Store;
beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
});
afterEach(() => bench.close());

async function launch(plan: object, parameters: Readonly<Record<string, ParameterValue>> = {}): Promise<string> {
  const text = JSON.stringify({ title: "Late", ...plan });
  const { definition, findings } = parsePlan(text, { fileName: "plan.json" });
  if (!definition) throw new Error(findings.map((finding) => finding.message).join("\n"));
  const folder = bench.folder;
  const request = { definition, parameters, sourceName: "plan.json", sourceText: text, folder, launchedBy: "test" };
  const { planId } = await launchPlan(store, request);
  return planId;
}

describe("a result of another subtask", () => {
  const value = fc.constantFrom("'", '"', "\\", "$(id)", "`id`", "\n", " ", "*", ";", "${{ params.x }}", "$", "ü");
  const text = fc.array(value, { minLength: 30, maxLength: 30 }).map((pieces) => pieces.join(""));

  it("reaches scripts, arguments, variables and the working folder as it is, and is never run", async () => {
    bench.start(store);
    const [nasty = ""] = fc.sample(text, { seed: 7, numRuns: 1 });
    const planId = await launch(
      {
        parameters: { x: "" },
        subtasks: [
          {
            id: "give",
            env: { NASTY: "${{ params.x }}" },
            run: `node -e 'require("fs").writeFileSync(process.env.HIVE_RESULT_FILE, JSON.stringify({ a: [{ b: process.env.NASTY }], n: 5, dir: "sub" }))'; mkdir -p sub; mkdir -p "sub/with 5"`,
          },
          {
            id: "script",
            dependencies: ["give"],
            env: { LINE: "<${{ subtasks.give.result.a.0.b }}>" },
            run: 'printf \'%s|\' ${{ subtasks.give.result.a.0.b }} "${{ subtasks.give.result.a.0.b }}" "$LINE" ${{ subtasks.give.result.n }}',
          },
          {
            id: "list",
            dependencies: ["give"],
            run: ["printf", "%s|", "x${{ subtasks.give.result.a.0.b }}", "${{ params.x }}"],
          },
          {
            id: "folder",
            dependencies: ["give"],
            cwd: "${{ subtasks.give.result.dir }}/with ${{ subtasks.give.result.n }}",
            run: "pwd",
          },
        ],
      },
      { x: nasty },
    );
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(logOf(runOf(store, planId, "script"))).toBe(`${nasty}|${nasty}|<${nasty}>|5|`);
    expect(logOf(runOf(store, planId, "list"))).toBe(`x${nasty}|${nasty}|`);
    expect(logOf(runOf(store, planId, "folder")).trim()).toMatch(/\/sub\/with 5$/);
  });

  it("that is missing fails the attempt, naming the subtask and the path", async () => {
    bench.start(store);
    const planId = await launch({
      subtasks: [
        { id: "give", run: `printf '{"a":{}}' > "$HIVE_RESULT_FILE"` },
        { id: "mute", run: "true" },
        { id: "wants", dependencies: ["give"], run: "echo ${{ subtasks.give.result.a.b }}" },
        { id: "asks", dependencies: ["mute"], run: ["echo", "${{ subtasks.mute.result }}"] },
      ],
    });
    await untilEnded(store, planId);
    expect(runOf(store, planId, "wants")?.error).toBe(
      'Subtask "give" left no "a.b" in its result, which this one needs.',
    );
    expect(runOf(store, planId, "asks")?.error).toBe('Subtask "mute" left no result, which this one needs.');
  });

  it("that no process can be given fails the attempt", async () => {
    bench.start(store);
    const planId = await launch({
      subtasks: [
        { id: "give", run: `printf '{"nul":"a\\\\u0000b","long":"%0200000d"}' 1 > "$HIVE_RESULT_FILE"` },
        { id: "nul", dependencies: ["give"], run: "echo ${{ subtasks.give.result.nul }}" },
        { id: "long", dependencies: ["give"], run: "echo ${{ subtasks.give.result.long }}" },
      ],
    });
    await untilEnded(store, planId);
    expect(runOf(store, planId, "nul")?.error).toContain("HIVE_RESULT_1 would hold a NUL character");
    expect(runOf(store, planId, "long")?.error).toContain("read HIVE_INPUTS_FILE instead");
  });
});

describe("a secret", () => {
  const SECRET = 'Pa55"wörd\\2\n-----';
  const plan = (run: string, more: object = {}) => ({
    parameters: { token: { type: "secret" } },
    subtasks: [{ id: "uses", run, ...more }],
  });
  const secretFiles = () => {
    const folder = join(`${bench.file}.files`, ".secrets");
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it("reaches the tasks that name it, and stays in no file once the plan has completed", async () => {
    const server = await startServer((request, response) =>
      json({ got: request.headers.authorization })(request, response),
    );
    try {
      bench.start(store, { heartbeatMs: 50 });
      const planId = await launch(
        {
          parameters: { token: { type: "secret" }, none: { type: "secret", required: false } },
          env: { PLAN_TOKEN: "<${{ params.token }}>" },
          subtasks: [
            {
              id: "script",
              run: "printf '%s' ${{ params.token }} | wc -c | tr -d ' '; printf '%s' \"$PLAN_TOKEN\"; printf '{\"t\":\"%s\"}' ${{ params.none }} > $HIVE_RESULT_FILE",
            },
            { id: "other", env: { PLAN_TOKEN: "mine" }, run: "echo ${HIVE_PARAM_TOKEN-none}" },
            {
              id: "asks",
              agent: "http",
              http: { url: `${server.origin}/`, headers: { Authorization: "Bearer ${{ params.token }}" } },
            },
          ],
        },
        { token: "open sesame" },
      );
      expect(await untilEnded(store, planId)).toBe("completed");
      expect(logOf(runOf(store, planId, "script"))).toBe("11\n<***********>");
      expect(logOf(runOf(store, planId, "other"))).toBe("none\n");
      expect(server.requests[0]?.headers.authorization).toBe("Bearer open sesame");
      expect(runOf(store, planId, "asks")?.result).toBe('{"got":"Bearer ***"}');
      await waitFor("the secret to be in no file", () => filesWith(bench.folder, "open sesame").length === 0);
      expect(secretFiles()).toEqual([]);
    } finally {
      await server.close();
    }
  });

  it("is kept for its owner alone while the plan may be retried, for any console", async () => {
    bench.start(store, { heartbeatMs: 50 });
    const run =
      'test -e "$HIVE_PLAN_DIR/again" || { touch "$HIVE_PLAN_DIR/again"; printf "%s\\n" "no ${{ params.token }}"; exit 3; }';
    const planId = await launch(plan(run), { token: SECRET });
    expect(await untilEnded(store, planId)).toBe("failed");
    const [file = ""] = secretFiles();
    const path = join(`${bench.file}.files`, ".secrets", file);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
    expect(filesWith(bench.folder, "wörd")).toEqual([`hive.db.files/.secrets/${file}`]);

    const another = await bench.open();
    const failed = runOf(another, planId, "uses");
    expect(failed?.error).toMatch(/^Exit code 3/);
    const row = another.read.prepare<unknown[], { id: string }>("SELECT task_id AS id FROM runs").get();
    await retryTask(another, { taskId: row?.id ?? "", actor: "test" });
    await waitFor("the plan to complete", () => planStatus(another, planId) === "completed");
    await waitFor("the secret to be removed", () => secretFiles().length === 0);
  });

  it("that is gone fails the attempt with what to do", async () => {
    const planId = await launch(plan("echo ${{ params.token }}"), { token: SECRET });
    rmSync(join(`${bench.file}.files`, ".secrets"), { recursive: true });
    bench.start(store);
    await untilEnded(store, planId);
    expect(runOf(store, planId, "uses")?.error).toContain('The secret "token" is not kept any more');
  });

  it("is found in a long log wherever it stands", async () => {
    bench.start(store);
    const run = 'i=0; while [ $i -lt 3000 ]; do printf "%0997d%s" 0 ${{ params.token }}; i=$((i+1)); done; exit 1';
    const planId = await launch(plan(run), { token: "tick-tock" });
    await untilEnded(store, planId);
    const log = logOf(runOf(store, planId, "uses"));
    expect(log.length).toBe(3000 * (997 + 9));
    expect(log).not.toContain("tick-tock");
    expect(log.split("*********").length).toBe(3001);
  });

  it("is hidden by the console that takes the task up, too", async () => {
    const first = bench.start(store, { heartbeatMs: 50 });
    const run = 'echo ${{ params.token }}; until [ -e "$HIVE_PLAN_DIR/go" ]; do sleep 0.05; done; exit 1';
    const planId = await launch(plan(run), { token: "open sesame" });
    await untilPrinted(store, planId, "uses", "open sesame");
    await first.stop({ tasks: "leave" });

    const another = await bench.open();
    bench.start(another, { heartbeatMs: 50 });
    writeFileSync(join(`${bench.file}.files`, planId, "files", "go"), "");
    expect(await untilEnded(another, planId)).toBe("failed");
    expect(logOf(runOf(another, planId, "uses"))).toBe("***********\n");
    expect(runOf(another, planId, "uses")?.error).toBe("Exit code 1: ***");
    expect(filesWith(bench.folder, "open sesame")).toEqual([join("hive.db.files", ".secrets", `${planId}.json`)]);
  });
});
