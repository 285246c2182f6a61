import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { makeBackup } from "../../../src/main/core/operations/backups";
import { statement } from "../../../src/main/core/store/database";
import type { Store } from "../../../src/main/core/store/open";
import { writeSetting } from "../../../src/main/core/store/settings";
import { careByExplorer } from "../../../src/main/explorer/care";
import { createExplorer } from "../../../src/main/explorer/client";
import { createDoctorHandlers } from "../../../src/main/explorer/doctor-handlers";
import { createRetentionHandlers } from "../../../src/main/explorer/retention-handlers";
import type { ExamNews, Finding } from "../../../src/shared/model/doctor";
import { bundleForNode } from "../../helpers/bundle";
import { measureTurns } from "../../helpers/cpu-turns";
import { isAlive } from "../../helpers/processes";
import { afterThisTest, openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

/** The same as a window: the doctor in a process of its own. */
let entry: string;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "hive-doctor-"));
  entry = await bundleForNode(join(import.meta.dirname, "../../../src/main/explorer/index.ts"), folder);
  return () => rmSync(folder, { recursive: true, force: true });
});

const TASKS = 8_000;

async function world() {
  const store = await openTestStore();
  await store.write((tx) => {
    const insert = tx.prepare(
      "INSERT INTO tasks (id, title, task_type, status, payload, updated_at) VALUES (?, ?, 'py', 'completed', ?, ?)",
    );
    for (let index = 0; index < TASKS; index += 1)
      insert.run(`t${index}`, `Task ${index}`, '{"n":1}', "2020-01-01 00:00:00");
  });
  const children: ChildProcess[] = [];
  const explorer = createExplorer({
    fork() {
      const child = fork(entry, { stdio: "ignore", serialization: "advanced" });
      children.push(child);
      return {
        post: (message) => void child.send(message),
        onMessage: (listener) => void child.on("message", listener),
        onExit: (listener) => void child.once("exit", (code) => listener(code ?? -1)),
        kill: () => void child.kill("SIGKILL"),
        memory: async () => null,
      };
    },
  });
  afterThisTest(() => explorer.stop());
  const services = { store, explorer, nativeBinding: undefined, actor: "ann" };
  return { store, children, doctor: createDoctorHandlers(services), explorer, services };
}

async function follow(doctor: ReturnType<typeof createDoctorHandlers>["handlers"], examId: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (;;) {
    const news: ExamNews = await doctor["doctor.next"]({ examId });
    findings.push(...news.findings);
    if (news.isDone) return findings;
  }
}

const rows = (store: Store) => Number(statement(store.read, "SELECT count(*) AS n FROM tasks").get()?.n);

test("the doctor works beside the window: progress, findings, a repair, and the window's turns stay short", async () => {
  const { store, doctor } = await world();
  await store.write((tx) => tx.exec("UPDATE console_counts SET n = n - 5 WHERE scope = ''"));
  const { handlers } = doctor;
  const { answer, longest } = await measureTurns(async () => {
    const { examId } = await handlers["doctor.start"]({ thorough: true });
    const findings = await follow(handlers, examId);
    const preview = await handlers["doctor.preview"]({ kind: "counts" });
    const report = await handlers["doctor.repair"]({ kind: "counts", reason: "drift" });
    return { findings, preview, report };
  });
  expect(answer.findings.find(({ kind }) => kind === "counts")).toMatchObject({ severity: "problem", count: 1 });
  expect(answer.preview).toMatchObject({ count: 1 });
  expect(answer.report).toEqual({ kind: "counts", repaired: 1, left: 0 });
  expect(longest).toBeLessThan(60);
  expect(statement(store.read, "SELECT n FROM console_counts WHERE scope = '' AND status = 'completed'").get()?.n).toBe(
    TASKS,
  );
});

test("an examination is stopped by ending its process, and the next one begins anew", async () => {
  const { doctor, children } = await world();
  const { handlers } = doctor;
  const { examId } = await handlers["doctor.start"]({ thorough: true });
  await handlers["doctor.next"]({ examId });
  const asked = handlers["doctor.next"]({ examId }).then(
    (news: ExamNews) => (news.isDone ? "done" : "news"),
    () => "stopped",
  );
  await handlers["doctor.stop"]({ examId });
  expect(await asked).not.toBe("done");
  await waitFor("the process to be gone", () => children.every(({ pid }) => pid === undefined || !isAlive(pid)));
  await expect(handlers["doctor.next"]({ examId })).rejects.toMatchObject({ code: "not_found" });
  const again = await handlers["doctor.start"]({ thorough: false });
  expect((await follow(handlers, again.examId)).length).toBeGreaterThan(5);
});

test("retention works beside the window, can be stopped between two steps, and backups are made there", async () => {
  const { store, explorer, services } = await world();
  const care = careByExplorer(explorer, { file: store.file, nativeBinding: null });
  const made = await makeBackup(store, care, { cause: "operator", actor: "ann" });
  expect(await care.verify(made.file)).toMatchObject({ verdict: "sound", rows: { tasks: TASKS } });
  await store.write((tx) =>
    writeSetting(tx, { name: "retention.completedDays", value: 1, reason: null, actor: "ann", now: store.clock.now() }),
  );
  const { handlers, end } = createRetentionHandlers({ ...services, care });
  expect(await handlers["retention.preview"]()).toMatchObject({ looseTasks: TASKS });
  const { longest } = await measureTurns(async () => {
    await handlers["retention.apply"]({ reason: "tidy" });
    await waitFor("some to be gone", () => rows(store) < TASKS - 100, { timeoutMs: 60_000 });
    end();
  });
  expect(longest).toBeLessThan(60);
  expect(await handlers["retention.status"]()).toMatchObject({ state: "stopped" });
  expect(rows(store)).toBeGreaterThan(0);
  // Nothing is half done, and others may write at once.
  await store.write((tx) => tx.exec("UPDATE tasks SET title = 'still there' WHERE id = 't7999'"));
});
