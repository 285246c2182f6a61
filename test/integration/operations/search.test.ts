import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findAnything } from "../../../src/main/core/operations/search";
import type { Store } from "../../../src/main/core/store/open";
import { FIND_PLANS, FIND_TASKS, FIND_TASKS_OF_PLAN, PLACE_BEFORE } from "../../../src/main/core/store/search-rows";
import { addWorkers, graphOf, launch, openTestStore, planOf, subtask } from "../../helpers/store";

async function insertTasks(store: Store, count: number, titleOf: (place: number) => string): Promise<void> {
  await store.write((tx) => {
    const insert = tx.prepare("INSERT INTO tasks (id, title, task_type, status) VALUES (?, ?, 'code', 'completed')");
    for (let place = 0; place < count; place += 1) insert.run(`f-${place}`, titleOf(place));
  });
}

describe("finding anything", () => {
  it("finds plans, tasks and workers by a part of their title or id, the nearest first", async () => {
    const store = await openTestStore();
    const planId = await launch(
      store,
      planOf([subtask("a", { title: "Ship the release" }), subtask("release", { title: "Build" })], {
        title: "Release 2.4",
      }),
    );
    await addWorkers(store, 2);
    const found = await findAnything(store, { text: "RELEASE", limit: 8 });
    expect(found.plans).toMatchObject([{ id: planId, title: "Release 2.4", status: "executing" }]);
    expect(found.tasks.map(({ title, planTitle }) => `${title} of ${planTitle}`)).toEqual([
      "Ship the release of Release 2.4",
      "Build of Release 2.4",
    ]);
    expect(found).toMatchObject({ workers: [], next: null });
    expect((await findAnything(store, { text: "WORKER-1", limit: 8 })).workers).toMatchObject([{ id: "worker-1" }]);
    expect((await findAnything(store, { text: planId.slice(-8), limit: 8 })).plans).toHaveLength(1);
  });

  it("finds agents by a part of their id or title, broken ones too; not in a plan, and not again", async () => {
    const store = await openTestStore();
    mkdirSync(`${store.file}.agents`);
    writeFileSync(join(`${store.file}.agents`, "queen-bee.yaml"), "type: oracle");
    const agents = async (text: string, more = {}) =>
      (await findAnything(store, { text, limit: 8, ...more })).agents.map(({ id, title }) => `${id}: ${title}`);
    expect(await agents("FINANCIAL")).toEqual(["cfo: Chief Financial Officer"]);
    expect(await agents("ai-rev")).toEqual(["ai-reviewer: Reviewer"]);
    expect(await agents("queen")).toEqual(["queen-bee: queen-bee"]);
    expect(await agents("chief", { limit: 2 })).toHaveLength(2);
    expect(await agents("financial", { planId: "p" })).toEqual([]);
    expect(await agents("financial", { after: "100" })).toEqual([]);
  });

  it("takes every sign as it stands, and a whole id wherever it is", async () => {
    const store = await openTestStore();
    await insertTasks(store, 3, (place) => ["100 % done", "100 percent", "a_b\\c"][place] ?? "");
    const titles = async (text: string) =>
      (await findAnything(store, { text, limit: 8 })).tasks.map(({ title }) => title);
    expect(await titles("100 %")).toEqual(["100 % done"]);
    expect(await titles("a_b\\")).toEqual(["a_b\\c"]);
    expect(await titles("_")).toEqual(["a_b\\c"]);
    expect(await titles("f-1")).toEqual(["100 percent"]);
  });

  it("looks at a bounded number of tasks, and goes on where it stopped until all were looked at", async () => {
    const store = await openTestStore();
    await insertTasks(store, 70_000, (place) => (place % 30_000 === 5 ? `Needle ${place}` : `Hay ${place}`));
    const titles: string[] = [];
    let after: string | undefined;
    let answers = 0;
    do {
      const found = await findAnything(store, { text: "needle", limit: 8, ...(after === undefined ? {} : { after }) });
      titles.push(...found.tasks.map(({ title }) => title));
      after = found.next ?? undefined;
      answers += 1;
    } while (after !== undefined);
    expect(titles).toEqual(["Needle 60005", "Needle 30005", "Needle 5"]);
    expect(answers).toBe(3);
    const some = await findAnything(store, { text: "hay", limit: 5 });
    expect(some.tasks).toHaveLength(5);
    const more = await findAnything(store, { text: "hay", limit: 5, after: some.next ?? "" });
    expect(more.tasks[0]?.title).toBe("Hay 69994");
    await expect(findAnything(store, { text: "hay", limit: 5, after: "nowhere" })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  it("keeps to the tasks of one plan when asked to", async () => {
    const store = await openTestStore();
    const planId = await launch(store, graphOf({ a: [], b: ["a"], c: ["b"] }));
    await launch(store, graphOf({ a: [] }));
    const found = await findAnything(store, { text: "task", planId, limit: 2 });
    expect(found.tasks.map(({ subtaskId }) => subtaskId)).toEqual(["a", "b"]);
    const rest = await findAnything(store, { text: "task", planId, limit: 2, after: found.next ?? "" });
    expect(rest.tasks.map(({ subtaskId }) => subtaskId)).toEqual(["c"]);
    expect(rest.next).toBeNull();
  });

  it("reads pieces of tables by index", async () => {
    const store = await openTestStore();
    const steps = (sql: string, ...bindings: readonly unknown[]) =>
      store.read
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...bindings)
        .map(({ detail }) => detail)
        .join("\n");
    const piece = { words: "%x%", from: 1, before: 9, limit: 8 };
    expect(steps(FIND_TASKS, piece)).toContain("SEARCH t USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
    expect(steps(PLACE_BEFORE, 9, 1_000)).toContain("SEARCH tasks USING");
    expect(steps(FIND_PLANS, { words: "%x%", scanned: 9, limit: 8 })).toContain("USING INDEX console_plans_recent");
    const plan = { planId: "p", words: "%x%", after: -1, last: 9, limit: 8 };
    expect(steps(FIND_TASKS_OF_PLAN, plan)).toContain("console_tasks_by_plan (plan_id=? AND ordinal>? AND ordinal<?)");
  });
});
