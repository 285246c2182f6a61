import { expect, test } from "vitest";
import { deleteView, listViews, renameView, saveView } from "../../../src/main/core/operations/saved-views";
import { openStore } from "../../../src/main/core/store/open";
import { viewContent } from "../../../src/shared/search-contract";
import { afterThisTest, openTestStore } from "../../helpers/store";

const BOARD = { filter: { states: ["failed"] }, layout: "table" } as const;
const EVENTS = { log: "events", query: "*.failed since:2h" } as const;

test("views of the board and of both logs are kept by name for every console, each name for one thing", async () => {
  const store = await openTestStore();
  const actor = "ann";
  await saveView(store, { name: "Failing", content: viewContent.parse(BOARD), actor });
  const failures = await saveView(store, { name: "Failures", content: viewContent.parse(EVENTS), actor });
  expect(failures.content).toEqual(EVENTS);
  await saveView(store, { name: "Failures", content: { log: "events", query: "task.failed" }, actor: "bob" });
  for (const content of [BOARD, { log: "audit", query: "tasks.*" }] as const) {
    const taken = saveView(store, { name: "Failures", content: viewContent.parse(content), actor });
    await expect(taken).rejects.toMatchObject({ code: "not_allowed", message: /is a view of the events already/ });
  }
  await expect(renameView(store, { viewId: failures.id, name: "Failing", actor })).rejects.toMatchObject({
    code: "not_allowed",
  });
  await renameView(store, { viewId: failures.id, name: "What fails", actor });
  await store.write((tx) => tx.exec(`UPDATE console_views SET content = '{"new":1}' WHERE name = 'Failing'`));

  const other = await openStore({ file: store.file });
  afterThisTest(() => other.close());
  expect(listViews(other).map(({ name, content }) => [name, content])).toEqual([
    ["Failing", null],
    ["What fails", { log: "events", query: "task.failed" }],
  ]);
  await deleteView(other, { viewId: failures.id });
  expect(listViews(store)).toHaveLength(1);
});

test("a view that shows nothing, or two things, is none", () => {
  for (const content of [
    { log: "events", query: "" },
    { log: "doctor", query: "x" },
    { ...BOARD, ...EVENTS },
  ]) {
    expect(viewContent.safeParse(content).success).toBe(false);
  }
});
