import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../helpers/store";
import { buildHive } from "./cli/hive";

const ROOT = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

beforeAll(buildHive, 300_000);

/** A package of somebody's that depends on this one. */
function dependentPackage(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules", "hive-console"), "dir");
  writeFileSync(join(folder, "package.json"), '{ "name": "dependent", "type": "module" }');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const BODY = `
  const client = await getClient({ database: process.argv[2], mode: "create", source: "dependent" });
  const id = await client.createTask({ title: "From outside", taskType: "x", payload: { n: 1 } });
  const [task] = await client.getPendingTasks();
  const failure = await client.updateTaskStatus(id, "approved").catch((error) => error);
  console.log(JSON.stringify({ same: task.id === id, payload: task.payload, code: failure.code, ours: failure instanceof HiveError }));
  await client.close();
`;
const ANSWER = { same: true, payload: { n: 1 }, code: "illegal_transition", ours: true };

test("is imported and required by plain JavaScript", async () => {
  const folder = dependentPackage({
    "esm.mjs": `import { getClient, HiveError } from "hive-console";\n${BODY}`,
    "cjs.cjs": `const { getClient, HiveError } = require("hive-console");\n(async () => {${BODY}})();`,
  });
  for (const file of ["esm.mjs", "cjs.cjs"]) {
    const { stdout, stderr } = await run(process.execPath, [file, join(folder, `${file}.db`)], { cwd: folder });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual(ANSWER);
  }
});

test("is one module for both: an error of one is an error of the other", async () => {
  const folder = dependentPackage({
    "both.mjs": `import { createRequire } from "node:module";
      import { HiveError } from "hive-console";
      console.log(JSON.stringify(createRequire(import.meta.url)("hive-console").HiveError === HiveError));`,
  });
  expect(JSON.parse((await run(process.execPath, ["both.mjs"], { cwd: folder })).stdout)).toBe(true);
});

const TYPED = `
  export async function main(): Promise<void> {
    const client: OrchestrationClient = await getClient({ database: "x.db", mode: "observe" });
    const id: string = await client.createTask({ title: "t", taskType: "x", tags: ["a"] });
    const task: HiveTask | null = await client.getTask(id);
    const created: number | null | undefined = task?.createdAt;
    const met: Record<string, boolean> = await client.checkSubtaskDependenciesBatch([id]);
    await client.updateTaskStatus(id, "completed", { assignedWorker: "w" });
    // @ts-expect-error a status that does not exist
    await client.updateTaskStatus(id, "done");
    // @ts-expect-error a task needs a type
    await client.createTask({ title: "t" });
    // @ts-expect-error nothing is any
    const wrong: number = task;
    void [created, met, wrong];
  }
`;

test.each(["nodenext", "bundler"])(
  "has types that stand alone, with module resolution %s",
  async (moduleResolution) => {
    const imports = 'import { getClient, type HiveTask, type OrchestrationClient } from "hive-console";';
    const isNode = moduleResolution === "nodenext";
    const folder = dependentPackage({
      "esm.mts": imports + TYPED,
      ...(isNode ? { "cjs.cts": imports + TYPED } : {}),
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          ...{ strict: true, noEmit: true, target: "ES2023", lib: ["ES2023"], types: [], skipLibCheck: false },
          ...{ module: isNode ? "nodenext" : "esnext", moduleResolution },
        },
        include: ["*.mts", "*.cts"],
      }),
    });
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", folder], { cwd: folder }).catch((error) => error);
    expect(stdout).toBe("");
  },
  60_000,
);
