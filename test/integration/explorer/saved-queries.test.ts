import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Store } from "../../../src/main/core/store/open";
import { queryHandlers } from "../../../src/main/explorer/query-handlers";
import { openQueryShelf } from "../../../src/main/explorer/query-shelf";
import type { PastQuery } from "../../../src/shared/model/saved-query";
import { openTestStore, temporaryFolder } from "../../helpers/store";

function windowOn(store: Store, file = join(temporaryFolder(), "of this database", "queries.json")) {
  const reports: string[] = [];
  const shelf = openQueryShelf(file, (message) => void reports.push(message));
  return { ...queryHandlers({ store, shelf, actor: "ada" }), file, reports };
}

const past = (sql: string, at: number, more: Partial<PastQuery> = {}): PastQuery => ({
  sql,
  at,
  ms: 3,
  rows: 1,
  trouble: null,
  ...more,
});
const names = ({ saved }: { readonly saved: ReadonlyArray<{ name: string; sql: string; place: string }> }) =>
  saved.map(({ name, sql, place }) => `${name}: ${sql} (${place})`);

describe("queries that operators keep", () => {
  it("are in the database, for every window of it, and replaced by name only", async () => {
    const store = await openTestStore();
    const one = windowOn(store);
    await one["queries.save"]({ name: "late", sql: "SELECT 1" });
    await one["queries.save"]({ name: "Busy", sql: "SELECT 2" });
    await one["queries.save"]({ name: "late", sql: "SELECT 3" });
    const other = windowOn(await openTestStore({ file: store.file, create: false }));
    const kept = await other["queries.list"]();
    expect(names(kept)).toEqual(["Busy: SELECT 2 (database)", "late: SELECT 3 (database)"]);
    const [busy] = kept.saved;
    if (busy === undefined) throw new Error("it was saved");
    await other["queries.delete"](busy);
    await other["queries.delete"](busy);
    expect(names(await one["queries.list"]())).toEqual(["late: SELECT 3 (database)"]);
  });

  it("are on this computer where the database is only observed, and go into it when it is operated", async () => {
    const { file } = await openTestStore();
    const observed = windowOn(await openTestStore({ file, create: false, mode: "observe" }));
    expect(names(await observed["queries.save"]({ name: "late", sql: "SELECT 1" }))).toEqual([
      "late: SELECT 1 (computer)",
    ]);
    await observed["queries.save"]({ name: "other", sql: "SELECT 2" });
    const operated = windowOn(await openTestStore({ file, create: false }), observed.file);
    expect(names(await operated["queries.list"]())).toEqual([
      "late: SELECT 1 (computer)",
      "other: SELECT 2 (computer)",
    ]);
    await operated["queries.save"]({ name: "late", sql: "SELECT 1" });
    expect(names(await operated["queries.delete"]({ id: "other", place: "computer" }))).toEqual([
      "late: SELECT 1 (database)",
    ]);
  });

  it("take over what a window had kept by itself: nothing of it is lost, and nothing replaced", async () => {
    const store = await openTestStore();
    const { file, ...queries } = windowOn(store);
    await queries["queries.save"]({ name: "late", sql: "SELECT 'in the database'" });
    const stored = {
      saved: [
        { name: "late", sql: "SELECT 'of the window'" },
        { name: "mine", sql: "SELECT 4" },
      ],
      history: [past("SELECT 4", 20), past("SELECT 5", 10)],
    };
    await queries["queries.note"](past("SELECT 4", 30));
    await queries["queries.takeOver"](stored);
    const kept = await queries["queries.takeOver"]({ ...stored, saved: stored.saved.slice(1) });
    expect(names(kept)).toEqual([
      "late: SELECT 'in the database' (database)",
      "late 2: SELECT 'of the window' (computer)",
      "mine: SELECT 4 (computer)",
    ]);
    expect(kept.history).toEqual([past("SELECT 4", 30), past("SELECT 5", 10)]);
    expect(await windowOn(store, file)["queries.list"]()).toEqual(kept);
  });
});

describe("queries that ran", () => {
  it("are kept on this computer, each text once, the latest first, and so many of them", async () => {
    const { file, ...queries } = windowOn(await openTestStore());
    await queries["queries.note"](past("SELECT 1", 1));
    await queries["queries.note"](past("SELECT 2", 2, { rows: null, trouble: "no such table" }));
    await queries["queries.note"](past("SELECT 1", 3));
    expect((await queries["queries.list"]()).history.map(({ at }) => at)).toEqual([3, 2]);
    const many = Array.from({ length: 300 }, (_, at) => past(`SELECT ${at} -- ${"x".repeat(4_000)}`, at));
    const { history } = await queries["queries.takeOver"]({ saved: [], history: many });
    expect(history.length).toBeLessThan(100);
    expect(history[0]?.at).toBe(299);
    await queries["queries.note"](past(`SELECT ${"1,".repeat(20_000)} 1`, 400));
    expect((await queries["queries.list"]()).history[0]?.at).toBe(299);
    expect((await queries["queries.clearHistory"]()).history).toEqual([]);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ saved: [], history: [] });
  });

  it("begin anew when their file is damaged: it is put aside, and said", async () => {
    const file = join(temporaryFolder(), "queries.json");
    writeFileSync(file, '{"saved": [{"name": "la');
    const { reports, ...queries } = windowOn(await openTestStore(), file);
    expect(await queries["queries.list"]()).toEqual({ saved: [], history: [] });
    expect(reports).toEqual([expect.stringContaining("put aside")]);
    await queries["queries.note"](past("SELECT 1", 1));
    expect([existsSync(file), readFileSync(`${file}.damaged`, "utf8")]).toEqual([true, '{"saved": [{"name": "la']);
    const nowhere = windowOn(await openTestStore(), join(file, "not a folder", "queries.json"));
    expect((await nowhere["queries.note"](past("SELECT 1", 1))).history).toHaveLength(1);
    expect(nowhere.reports).toEqual([expect.stringContaining("could not write")]);
  });
});
