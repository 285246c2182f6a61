import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { exportTasks } from "../../../src/main/core/operations/export-tasks";
import { exportHandlers } from "../../../src/main/task-exports";
import type { TaskExport } from "../../../src/shared/model/task-lists";
import { openTestStore, temporaryFolder } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const TITLES = ["Plain", "=1+2", 'Says "hi", twice', "Line\nbreak"];

async function storeWith(count: number) {
  const store = await openTestStore();
  await store.write((tx) => {
    const insert = tx.prepare(
      "INSERT INTO tasks (id, title, task_type, status, tags, created_at) VALUES (?, ?, 'code', 'failed', '[\"a\",\"b\"]', '2026-11-21 10:00:00')",
    );
    for (let n = 0; n < count; n += 1) insert.run(`t${n}`, TITLES[n % TITLES.length]);
  });
  return store;
}

/** The handlers of a window whose dialog answers with this file. */
async function windowWith(count: number, file: string | null) {
  const store = await storeWith(count);
  const handlers = exportHandlers({ store, dialogs: { saveFile: async () => file } });
  const begin = (filter = {}) => handlers["tasks.export"]({ filter, order: "oldest", format: "csv" });
  const ended = async (begun: TaskExport | null): Promise<TaskExport> => {
    const latest = () => handlers["tasks.exported"]({ exportId: begun?.exportId ?? "" });
    await waitFor("the end of the export", () => latest().state !== "writing");
    return latest();
  };
  return { handlers, begin, ended };
}

it("writes what matches for spreadsheets, so that no title becomes a formula", async () => {
  const file = join(temporaryFolder(), "tasks.csv");
  writeFileSync(file, "what stood there");
  const { begin, ended } = await windowWith(4, file);
  expect(await ended(await begin({ states: ["failed"] }))).toMatchObject({ state: "done", written: 4, isCut: false });
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(/^id,title,state,/);
  expect(text).toContain("\r\nt0,Plain,failed,");
  expect(text).toContain("\r\nt1,'=1+2,");
  expect(text).toContain('\r\nt2,"Says ""hi"", twice",');
  expect(text).toContain('\r\nt3,"Line\nbreak",');
  expect(text).toContain("2026-11-21T10:00:00.000Z");
  expect(text).toContain('"a, b"');
});

it("is stopped, fails, or is not begun, and leaves what stood there", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "tasks.csv");
  writeFileSync(file, "what stood there");
  const { handlers, begin, ended } = await windowWith(2_000, file);
  const begun = await begin();
  handlers["tasks.stopExport"]({ exportId: begun?.exportId ?? "" });
  expect((await ended(begun)).state).toBe("stopped");
  expect(readdirSync(folder)).toEqual(["tasks.csv"]);
  expect(readFileSync(file, "utf8")).toBe("what stood there");

  const nowhere = join(folder, "gone", "tasks.csv");
  const elsewhere = await windowWith(1, nowhere);
  const failed = await elsewhere.ended(await elsewhere.begin());
  expect(failed).toMatchObject({ state: "failed", error: expect.stringContaining(nowhere) });
  expect(existsSync(nowhere)).toBe(false);

  const declined = await windowWith(1, null);
  expect(await declined.begin()).toBeNull();
  expect(() => declined.handlers["tasks.exported"]({ exportId: "none" })).toThrow(/no export/);
});

it("gives programs an object a line, each task once, and says when a file gets no more", async () => {
  const store = await storeWith(450);
  const read = async (most?: number) => {
    const parts = [];
    for await (const part of exportTasks(store, { filter: {}, order: "newest", format: "jsonl", most }))
      parts.push(part);
    return { text: parts.map(({ text }) => text).join(""), isCut: parts.at(-1)?.isCut };
  };
  const whole = await read();
  const lines = whole.text
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(lines).toHaveLength(450);
  expect(new Set(lines.map((line) => JSON.stringify(line))).size).toBe(450);
  expect(lines[0]).toMatchObject({ id: "t449", tags: ["a", "b"], plan_id: null });
  expect(whole.isCut).toBe(false);
  const cut = await read(300);
  expect(cut.text.trimEnd().split("\n")).toHaveLength(300);
  expect(cut.isCut).toBe(true);
  expect((await read(450)).isCut).toBe(false);
});
