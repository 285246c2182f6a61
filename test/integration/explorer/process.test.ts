import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../../../src/main/core/store/open";
import { createExplorer } from "../../../src/main/explorer/client";
import { explorerHandlers } from "../../../src/main/explorer/explorer-handlers";
import { createQueries } from "../../../src/main/explorer/queries";
import { readResident } from "../../../src/main/explorer/resident";
import type { QueryNews, SqlPart, WritePreview } from "../../../src/shared/model/explorer";
import { bundleForNode } from "../../helpers/bundle";
import { MOST_MS, measureTurns, tellTurn } from "../../helpers/cpu-turns";
import { isAlive } from "../../helpers/processes";
import { afterThisTest, openTestStore, temporaryFolder } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const ENDLESS = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n)";
const MEMORY = 400_000_000;

let entry: string;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "hive-explorer-"));
  entry = await bundleForNode(join(import.meta.dirname, "../../../src/main/explorer/index.ts"), folder);
  return () => rmSync(folder, { recursive: true, force: true });
});

function processes() {
  const children: ChildProcess[] = [];
  let most = 0;
  const explorer = createExplorer({
    fork() {
      const child = fork(entry, { stdio: "ignore", serialization: "advanced" });
      children.push(child);
      return {
        post: (message) => void child.send(message),
        onMessage: (listener) => void child.on("message", listener),
        onExit: (listener) => void child.once("exit", (code) => listener(code ?? -1)),
        kill: () => void child.kill("SIGKILL"),
        memory: async () => {
          const bytes = child.pid === undefined ? null : await readResident(child.pid);
          most = Math.max(most, bytes ?? 0);
          return bytes;
        },
      };
    },
  });
  afterThisTest(() => explorer.stop());
  return { explorer, children, mostMemory: () => most };
}

async function world(file = "out.csv", given: { readonly store?: Store; readonly tryMs?: number } = {}) {
  const store = given.store ?? (await openTestStore());
  const hands = processes();
  const target = join(temporaryFolder(), file);
  const { handlers, end } = explorerHandlers({
    store,
    explorer: hands.explorer,
    dialogs: { saveFile: async () => target },
    nativeBinding: undefined,
    actor: "ada",
    memoryBytes: MEMORY,
    tryMs: given.tryMs ?? 3_000,
  });
  afterThisTest(end);
  const run = (sql: string, limitMs = 60_000): string =>
    handlers["explorer.run"]({ sql, parameters: {}, isPlan: false, pageRows: 100, limitMs }).queryId;
  /** News until the query waits or has ended. */
  async function follow(queryId: string): Promise<QueryNews> {
    const parts: SqlPart[] = [];
    for (;;) {
      const news = await handlers["explorer.next"]({ queryId });
      parts.push(...news.parts);
      if (news.state !== "running") return { ...news, parts };
    }
  }
  return { ...hands, store, target, handlers, run, follow };
}

describe("the explorer's process", () => {
  it("ends what takes too long or is cancelled by ending its process, and serves what comes next with another", async () => {
    const { run, follow, handlers, children } = await world();
    const late = await follow(run(`${ENDLESS} SELECT count(*) FROM n`, 300));
    expect(late).toMatchObject({
      state: "late",
      message: expect.stringMatching(/limit of 0.3 s.*Nothing was changed/),
    });
    const queryId = run(`${ENDLESS} SELECT sum(x) FROM n`);
    await waitFor("a process of its own", () => children.length === 2);
    handlers["explorer.stop"]({ queryId });
    expect(await follow(queryId)).toMatchObject({ state: "stopped" });
    const after = await follow(run("SELECT 'here'"));
    expect(after.parts).toContainEqual(expect.objectContaining({ kind: "rows", rows: [["here"]] }));
    await waitFor("the two to be gone", () =>
      children.slice(0, 2).every(({ pid }) => pid !== undefined && !isAlive(pid)),
    );
  });

  it("gives further pages, and lets go of a result that nobody looks at", async () => {
    const { explorer, store } = await world();
    const queries = createQueries({ explorer, idleMs: 100 });
    const run = { file: store.file, nativeBinding: null, parameters: {}, isPlan: false, pageRows: 2 };
    const queryId = queries.start({ ...run, sql: `${ENDLESS} SELECT x FROM n` }, 60_000);
    let news = await queries.next(queryId);
    while (news.state === "running") news = await queries.next(queryId);
    expect(news.state).toBe("waiting");
    queries.more(queryId, 0);
    const rows: unknown[] = [];
    for (news = await queries.next(queryId); news.state === "running" || rows.length === 0; ) {
      for (const part of news.parts) if (part.kind === "rows") rows.push(...part.rows);
      if (rows.length === 0) news = await queries.next(queryId);
      else break;
    }
    expect(rows).toEqual([[3], [4]]);
    while (news.state === "running" || news.state === "waiting") news = await queries.next(queryId);
    expect(news).toMatchObject({ state: "done", message: expect.stringContaining("Run the query again") });
    expect(() => queries.more(queryId, 0)).toThrow(/has ended/);
  });

  it("keeps main free while bombs go off, and ends what eats the memory", async () => {
    const { run, follow, handlers, children } = await world();
    const bombs = [
      `${ENDLESS} SELECT group_concat(randomblob(100)) FROM n`,
      `${ENDLESS} SELECT hex(randomblob(x)) FROM n ORDER BY 1`,
      "WITH RECURSIVE n(x) AS (VALUES (1) UNION SELECT abs(random()) FROM n) SELECT count(*) FROM n",
      `${ENDLESS} SELECT json_group_array(x) FROM n`,
      `${ENDLESS} SELECT zeroblob(100000000) FROM n`,
      "SELECT randomblob(1e9)",
    ];
    const eater = `${ENDLESS} SELECT printf('%.*c', 40000000 + x, 'x') AS fat FROM n ORDER BY fat`;
    const measured = await measureTurns(async () => {
      const ends: string[] = [];
      for (const [sql, limitMs] of [...bombs.map((bomb) => [bomb, 700] as const), [eater, 60_000] as const]) {
        const queryId = run(sql, limitMs);
        const { state, message, parts } = await follow(queryId);
        ends.push([state, message, ...parts.map((part) => (part.kind === "failed" ? part.message : ""))].join(" "));
        handlers["explorer.stop"]({ queryId });
      }
      return ends;
    });
    tellTurn("main while bombs go off", measured);
    expect(measured.longest).toBeLessThan(MOST_MS);
    const { answer } = measured;
    expect(answer.slice(0, -1).filter((end) => !/memory|too big|limit of|^waiting/.test(end))).toEqual([]);
    expect(answer.at(-1)).toMatch(/^failed It took more than 400 MB of memory/);
    expect(await follow(run("SELECT 1"))).toMatchObject({ state: "done" });
    expect(children.length).toBeGreaterThan(1);
  });

  it("says so when the process dies by itself", async () => {
    const { run, follow, children } = await world();
    const queryId = run(`${ENDLESS} SELECT count(*) FROM n`);
    await waitFor("a process", () => children.length === 1);
    children[0]?.kill("SIGKILL");
    expect(await follow(queryId)).toMatchObject({ state: "failed", message: expect.stringContaining("memory") });
    expect(await follow(run("SELECT 1"))).toMatchObject({ state: "done" });
  });
});

describe("files of results", () => {
  const ROWS = Number(process.env.HIVE_EXPORT_ROWS ?? 300_000);

  async function ended(handlers: Awaited<ReturnType<typeof world>>["handlers"], exportId: string) {
    await waitFor("the export to end", () => handlers["explorer.exported"]({ exportId }).state !== "writing", {
      timeoutMs: 150_000,
    });
    return handlers["explorer.exported"]({ exportId });
  }

  it("writes every row of a huge result without growing", async () => {
    const { handlers, target, mostMemory } = await world();
    const sql = `${ENDLESS} SELECT x AS id, 'a "quoted", value' AS name, NULL AS empty FROM n LIMIT ${ROWS}`;
    const source = { sql, statement: 0, parameters: {} };
    const begun = await handlers["explorer.export"]({ source, format: "csv" });
    const end = await ended(handlers, begun?.exportId ?? "");
    expect(end).toMatchObject({ state: "done", rows: ROWS, bytes: statSync(target).size, error: null });
    expect(mostMemory()).toBeLessThan(300_000_000);
    process.stdout.write(`export of ${ROWS} rows: at most ${Math.round(mostMemory() / 1e6)} MB\n`);
    const text = readFileSync(target, "utf8");
    expect(text.slice(0, 59)).toBe('id,name,empty\r\n1,"a ""quoted"", value",\r\n2,"a ""quoted"", v');
    expect(text.endsWith(`${ROWS},"a ""quoted"", value",\r\n`)).toBe(true);
  }, 180_000);

  it("leaves nothing behind when it is stopped, fails, or its process dies; what stood there stays", async () => {
    const { handlers, target, children } = await world();
    const folder = dirname(target);
    const begin = async (sql: string) => {
      const source = { sql, statement: 0, parameters: {} };
      return (await handlers["explorer.export"]({ source, format: "jsonl" }))?.exportId ?? "";
    };
    const written = (exportId: string) =>
      waitFor("some rows", () => handlers["explorer.exported"]({ exportId }).rows > 0, { timeoutMs: 30_000 });
    await ended(handlers, await begin("SELECT 'before' AS x"));
    const stopped = await begin(`${ENDLESS} SELECT x FROM n`);
    await written(stopped);
    handlers["explorer.stopExport"]({ exportId: stopped });
    expect(await ended(handlers, stopped)).toMatchObject({ state: "stopped" });
    const failed = await begin(
      `${ENDLESS} SELECT CASE WHEN x < 100000 THEN x ELSE abs(-9223372036854775807 - 1) END FROM n`,
    );
    expect(await ended(handlers, failed)).toMatchObject({
      state: "failed",
      error: expect.stringContaining("overflow"),
    });
    const refused = await begin("DELETE FROM tasks RETURNING id");
    expect(await ended(handlers, refused)).toMatchObject({
      state: "failed",
      error: expect.stringContaining("refused"),
    });
    const dying = await begin(`${ENDLESS} SELECT x FROM n`);
    await written(dying);
    for (const child of children) child.kill("SIGKILL");
    expect(await ended(handlers, dying)).toMatchObject({ state: "failed", error: expect.stringContaining("code") });
    expect(readdirSync(folder)).toEqual(["out.csv"]);
    expect(readFileSync(target, "utf8")).toBe('{"x":"before"}\n');
    rmSync(folder, { recursive: true });
    expect(await ended(handlers, await begin("SELECT 1"))).toMatchObject({
      state: "failed",
      error: expect.stringContaining("could not be written"),
    });
  });

  it("writes a table as it is filtered and sorted, as JSON that any program reads", async () => {
    const { handlers, store, target } = await world("rows.json");
    const db = new Database(store.file);
    afterThisTest(() => db.close());
    db.exec("CREATE TABLE rows (a INTEGER, b BLOB); INSERT INTO rows VALUES (1, x'0a'), (3, NULL), (2, '\"é\u0001')");
    const source = {
      table: "rows",
      filters: [{ column: "a", operator: ">", value: "1" } as const],
      order: { column: "a", isDescending: true },
    };
    const begun = await handlers["explorer.export"]({ source, format: "json" });
    expect(await ended(handlers, begun?.exportId ?? "")).toMatchObject({ state: "done", rows: 2 });
    expect(JSON.parse(readFileSync(target, "utf8"))).toEqual([
      { a: 3, b: null },
      { a: 2, b: '"é\u0001' },
    ]);
  });
});

describe("the write mode of a window", () => {
  const sql = "INSERT INTO workers (id, role) VALUES (:id, 'x')";
  const given = { sql, parameters: { id: "by hand" } };
  const shown = async (preview: Promise<WritePreview | null>): Promise<WritePreview> => {
    const seen = await preview;
    if (seen === null) throw new Error("nobody stopped it");
    return seen;
  };

  it("is off at first, wants a reason, and tells the audit log", async () => {
    const { handlers, store } = await world();
    expect(handlers["explorer.writeMode"]()).toMatchObject({ isOn: false });
    await expect(handlers["explorer.previewWrite"](given)).rejects.toMatchObject({ code: "not_allowed" });
    await expect(handlers["explorer.setWriteMode"]({ isOn: true, reason: "" })).rejects.toMatchObject({
      code: "invalid_input",
    });
    await handlers["explorer.setWriteMode"]({ isOn: true, reason: "A worker is missing" });
    const seen = await shown(handlers["explorer.previewWrite"](given));
    expect(seen.counts).toEqual([{ table: "workers", act: "insert", rows: 1 }]);
    const outcome = await handlers["explorer.commitWrite"]({ previewId: seen.previewId });
    expect(outcome).toMatchObject({ kind: "written", backupFile: expect.stringContaining(".backup-") });
    await expect(handlers["explorer.commitWrite"]({ previewId: seen.previewId })).rejects.toMatchObject({
      code: "not_found",
    });
    const stale = await shown(
      handlers["explorer.previewWrite"]({ sql: "UPDATE workers SET role = 'y'", parameters: {} }),
    );
    await store.write((tx) => tx.prepare("INSERT INTO workers (id, role) VALUES ('another', 'x')").run());
    const backups = () => readdirSync(dirname(store.file)).filter((name) => name.includes(".backup-"));
    const before = backups();
    const again = await handlers["explorer.commitWrite"]({ previewId: stale.previewId });
    expect(again).toMatchObject({ kind: "differs", preview: { counts: [{ act: "update" }] } });
    expect(backups()).toEqual(before);
    const endless = `${ENDLESS} UPDATE workers SET role = (SELECT max(x) FROM n)`;
    await expect(handlers["explorer.previewWrite"]({ sql: endless, parameters: {} })).rejects.toThrow(/fewer rows/);
    await expect(handlers["explorer.previewWrite"]({ ...given, sql: "DELETE FROM console_audit" })).rejects.toThrow(
      /console_audit cannot be changed/,
    );
    await handlers["explorer.setWriteMode"]({ isOn: false, reason: "" });
    await expect(handlers["explorer.previewWrite"](given)).rejects.toMatchObject({ code: "not_allowed" });
    const acts = store.read
      .prepare("SELECT act, reason FROM console_audit WHERE act LIKE 'explorer.%' ORDER BY seq")
      .all();
    expect(acts).toEqual([
      { act: "explorer.setWriteMode", reason: "A worker is missing" },
      { act: "explorer.write", reason: "A worker is missing" },
      { act: "explorer.setWriteMode", reason: null },
    ]);
  });

  it("stops what is tried or written at once: nothing stays, no lock is held, and it can be written again", async () => {
    const { handlers, store, children } = await world("out.csv", { tryMs: 120_000 });
    await handlers["explorer.setWriteMode"]({ isOn: true, reason: "by hand" });
    const backups = () => readdirSync(dirname(store.file)).filter((name) => name.includes(".backup-"));
    const workers = () => store.read.prepare("SELECT count(*) FROM workers").pluck().get();
    const takesLock = () => store.write((tx) => tx.prepare("DELETE FROM workers WHERE id = 'nobody'").run());
    const isLocked = () => {
      const db = new Database(store.file, { timeout: 0 });
      try {
        db.exec("BEGIN IMMEDIATE");
        return false;
      } catch {
        return true;
      } finally {
        db.close();
      }
    };
    const endless = `INSERT INTO workers (id, role) ${ENDLESS} SELECT 'w' || x, 'x' FROM n`;
    const tried = handlers["explorer.previewWrite"]({ sql: endless, parameters: {} });
    await waitFor("the lock of a preview", isLocked);
    await handlers["explorer.stopWrite"]();
    expect(await tried).toBeNull();
    await takesLock();
    expect([workers(), children.some(({ pid }) => pid !== undefined && isAlive(pid))]).toEqual([0, false]);

    // It waits for as long as the reader's answer is asked for: by then it has written, and nothing is committed.
    const slow = `INSERT INTO workers (id, role) VALUES ('slow', 'x');
      INSERT INTO workers (id, role) SELECT 'never', 'x' WHERE (${ENDLESS} SELECT count(*) FROM (SELECT x FROM n LIMIT
        (SELECT iif(count(*) > 0, 9e15, 1) FROM tasks))) < 0`;
    const seen = await shown(handlers["explorer.previewWrite"]({ sql: slow, parameters: {} }));
    await store.write((tx) => tx.exec("INSERT INTO tasks (id, task_type, title) VALUES ('t', 'x', 't')"));
    const writing = handlers["explorer.commitWrite"]({ previewId: seen.previewId });
    await waitFor("the lock of a commit", isLocked);
    await handlers["explorer.stopWrite"]();
    expect(await writing).toEqual({ kind: "stopped" });
    expect([workers(), backups()]).toEqual([0, []]);
    await store.write((tx) => tx.exec("DELETE FROM tasks"));
    expect(await handlers["explorer.commitWrite"]({ previewId: seen.previewId })).toMatchObject({
      kind: "written",
      isStopped: false,
    });
    expect([workers(), backups().length]).toEqual([1, 1]);
  });

  it("ends a change that eats the memory, and changes nothing", async () => {
    const { handlers, store } = await world("out.csv", { tryMs: 120_000 });
    await handlers["explorer.setWriteMode"]({ isOn: true, reason: "by hand" });
    const eater = `INSERT INTO workers (id, role)
      ${ENDLESS} SELECT x, printf('%.*c', 40000000 + x, 'x') AS fat FROM n ORDER BY fat`;
    await expect(handlers["explorer.previewWrite"]({ sql: eater, parameters: {} })).rejects.toThrow(
      /more than 400 MB of memory/,
    );
    expect(store.read.prepare("SELECT count(*) FROM workers").pluck().get()).toBe(0);
  });

  it("says that it was written when its process died, or was stopped, behind the commit", async () => {
    const { handlers, store, children } = await world("out.csv", { tryMs: 120_000 });
    await handlers["explorer.setWriteMode"]({ isOn: true, reason: "by hand" });
    const seen = await shown(handlers["explorer.previewWrite"](given));
    const writing = handlers["explorer.commitWrite"]({ previewId: seen.previewId });
    const wrote = "SELECT count(*) FROM console_audit WHERE act = 'explorer.write'";
    // What the process says is not heard before this turn ends: it is killed between its commit and its word.
    const child = children.at(-1);
    child?.removeAllListeners("message");
    await waitFor("the commit", () => store.read.prepare(wrote).pluck().get() === 1);
    await handlers["explorer.stopWrite"]();
    const outcome = await writing;
    expect(outcome).toMatchObject({ kind: "written", isStopped: true, counts: seen.counts });
    if (outcome.kind !== "written") throw new Error("it was written");
    expect(readdirSync(dirname(store.file))).toContain(basename(outcome.backupFile));
  });

  it("cannot be turned on where the database is only observed, which is explored all the same", async () => {
    const { file } = await openTestStore();
    const store = await openTestStore({ file, create: false, mode: "observe" });
    const { handlers, run, follow } = await world("out.csv", { store });
    await expect(handlers["explorer.setWriteMode"]({ isOn: true, reason: "no" })).rejects.toMatchObject({
      code: "not_allowed",
      message: expect.stringContaining("only observed"),
    });
    expect((await handlers["explorer.schema"]()).tables.map(({ name }) => name)).toContain("tasks");
    expect(await follow(run("SELECT count(*) FROM tasks"))).toMatchObject({ state: "done" });
  });
});
