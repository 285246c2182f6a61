import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { launchPlan } from "../../../src/main/core/operations/plans";
import { parsePlan } from "../../../src/main/core/plan/parse";
import { LATEST_SOURCES, listRecentSources } from "../../../src/main/core/store/recent-sources";
import { openPlanDrafts } from "../../../src/main/plan-drafts";
import { createPlanFiles } from "../../../src/main/plan-files";
import type { PlanReader } from "../../../src/main/plan-reader";
import { createPlanSources } from "../../../src/main/plan-sources";
import { openPreferences } from "../../../src/main/preferences";
import type { PlanOrigin } from "../../../src/shared/model/plan-origin";
import { openTestStore, temporaryFolder } from "../../helpers/store";

const reader: PlanReader = { parse: async (text, options) => parsePlan(text, options) };
const FILE: PlanOrigin = { kind: "file", fileId: "f" };
const PLAN = "title: One\nsubtasks:\n  - {id: a, run: 'true'}\n";
const OTHER = PLAN.replace("One", "Two");

function newSources(drafts = temporaryFolder(), parser = reader) {
  return createPlanSources(
    parser,
    openPlanDrafts(join(drafts, "drafts"), (message) => expect.fail(message)),
  );
}

function planFile(text = PLAN): string {
  const file = join(temporaryFolder(), "plan.yaml");
  writeFileSync(file, text);
  return file;
}

test("an edited text is launched as it stands, saved into its file, and is no longer edited then", async () => {
  const file = planFile();
  chmodSync(file, 0o640);
  const sources = newSources();
  const { sourceId, isEdited } = await sources.open(file, FILE);
  expect(isEdited).toBe(false);
  expect(await sources.edit(sourceId, OTHER)).toMatchObject({ title: "Two", isEdited: true, isSavable: true });
  expect(sources.get(sourceId)).toMatchObject({ text: OTHER, definition: { title: "Two" } });
  expect(readFileSync(file, "utf8")).toBe(PLAN);
  expect(() => sources.savedFile(sourceId)).toThrow("not saved");
  expect(await sources.save(sourceId, { overwrite: false })).toMatchObject({
    outcome: "saved",
    preview: { isEdited: false },
  });
  expect(readFileSync(file, "utf8")).toBe(OTHER);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(join(file, ".."))).toEqual(["plan.yaml"]);
  expect(sources.savedFile(sourceId)).toBe(file);
});

test("a file that was changed meanwhile is not written over silently", async () => {
  const file = planFile();
  const sources = newSources();
  const { sourceId } = await sources.open(file, FILE);
  await sources.edit(sourceId, OTHER);
  writeFileSync(file, "title: Theirs\n");
  expect(await sources.fileState(sourceId)).toBe("changed");
  expect(await sources.save(sourceId, { overwrite: false })).toEqual({ outcome: "changed" });
  expect(readFileSync(file, "utf8")).toBe("title: Theirs\n");
  expect(await sources.save(sourceId, { overwrite: true })).toMatchObject({ outcome: "saved" });
  expect(readFileSync(file, "utf8")).toBe(OTHER);
  rmSync(file);
  expect(await sources.fileState(sourceId)).toBe("missing");
  expect(await sources.save(sourceId, { overwrite: false })).toEqual({ outcome: "missing" });
});

test("edits are there again when the same plan is opened again, and gone when it is reloaded", async () => {
  const file = planFile();
  const sources = newSources();
  const { sourceId } = await sources.open(file, FILE);
  await sources.edit(sourceId, OTHER);
  expect(await sources.drafts()).toEqual([{ name: "plan.yaml", origin: FILE }]);
  expect(await sources.open(file, FILE)).toMatchObject({ sourceId, text: OTHER });
  for (let at = 0; at < 40; at += 1) await sources.open(file, { kind: "file", fileId: `other ${at}` });
  expect(sources.get(sourceId).text, "only what is not edited makes room").toBe(OTHER);
  expect(await sources.reload(sourceId)).toMatchObject({ text: PLAN, isEdited: false });
  expect(await sources.drafts()).toEqual([]);
});

test("edits outlive the window, and notice what became of their file meanwhile", async () => {
  const file = planFile();
  const folder = temporaryFolder();
  const before = newSources(folder);
  const { sourceId } = await before.open(file, FILE);
  await before.edit(sourceId, OTHER);
  writeFileSync(file, "title: Theirs\n");

  const after = newSources(folder);
  expect(await after.drafts()).toEqual([{ name: "plan.yaml", origin: FILE }]);
  const again = await after.open(file, FILE);
  expect(again).toMatchObject({ title: "Two", isEdited: true, isSavable: true });
  expect(await after.fileState(again.sourceId)).toBe("changed");
  await after.save(again.sourceId, { overwrite: true });
  expect(await newSources(folder).drafts()).toEqual([]);

  writeFileSync(join(folder, "drafts", "damaged.json"), "{");
  expect(await newSources(folder).drafts()).toEqual([]);
});

test("of two edits that overlap the later one holds", async () => {
  const held: Array<() => void> = [];
  const sources = newSources(temporaryFolder(), {
    parse: async (text, options) => {
      if (text === "first") await new Promise<void>((resolve) => held.push(resolve));
      return parsePlan(text, options);
    },
  });
  const { sourceId } = await sources.open(planFile(), FILE);
  const first = sources.edit(sourceId, "first");
  await sources.edit(sourceId, OTHER);
  held[0]?.();
  expect(await first).toMatchObject({ text: OTHER });
  expect(sources.get(sourceId).text).toBe(OTHER);
});

test("a sample is saved as a file of one's own, through a link into what it points to", async () => {
  const folder = temporaryFolder();
  const sources = newSources();
  const { sourceId, isSavable } = await sources.open(planFile(), { kind: "sample", name: "plan" });
  expect(isSavable).toBe(false);
  await sources.edit(sourceId, OTHER);
  await expect(sources.save(sourceId, { overwrite: false })).rejects.toMatchObject({ code: "not_allowed" });
  mkdirSync(join(folder, "real"));
  writeFileSync(join(folder, "real", "mine.yaml"), "");
  symlinkSync(join(folder, "real", "mine.yaml"), join(folder, "mine.yaml"));
  expect(await sources.saveAs(sourceId, join(folder, "mine.yaml"), FILE)).toMatchObject({
    sourceId,
    sourceName: "mine.yaml",
    folder,
    isSavable: true,
    isEdited: false,
  });
  expect(readFileSync(join(folder, "real", "mine.yaml"), "utf8")).toBe(OTHER);
  await expect(sources.saveAs(sourceId, join(folder, "nowhere", "x.yaml"), FILE)).rejects.toMatchObject({
    code: "file_unwritable",
  });
});

test("a text in no file is launched from the folder it names, and kept as long as it is edited", async () => {
  const sources = newSources();
  const loose = { origin: { kind: "like", planId: "p" }, name: "then.yaml", folder: "/plans", text: PLAN } as const;
  const { sourceId } = await sources.openText(loose);
  expect(await sources.fileState(sourceId)).toBe("none");
  expect(() => sources.savedFile(sourceId)).toThrow("in no file yet");
  await sources.edit(sourceId, OTHER);
  expect(await sources.openText(loose)).toMatchObject({ sourceId, title: "Two", isEdited: true, isSavable: false });
  expect(await sources.reload(sourceId)).toMatchObject({ title: "One", isEdited: false });
});

test("opened files are known by id and remembered; others are not", () => {
  const file = join(temporaryFolder(), "window.json");
  const files = createPlanFiles(openPreferences(file, () => undefined));
  files.noteOpened("/plans/a.yaml");
  files.noteOpened("/plans/b.yaml");
  files.noteOpened("/plans/a.yaml");
  files.noteOpened("relative.yaml");
  const again = createPlanFiles(openPreferences(file, () => undefined));
  expect(again.opened()).toEqual(["/plans/a.yaml", "/plans/b.yaml"]);
  expect(again.pathOf(files.name("/plans/a.yaml"))).toBe("/plans/a.yaml");
  expect(() => again.pathOf("0")).toThrow("does not know this file");
});

test("files that were launched come once each, the latest first, without reading all plans", async () => {
  const store = await openTestStore();
  const { definition } = parsePlan(PLAN, { fileName: "plan.yaml" });
  if (definition === null) throw new Error("the plan is valid");
  const launch = (sourceName: string | null, folder = "/plans") =>
    launchPlan(store, { definition, parameters: {}, sourceName, sourceText: PLAN, folder, launchedBy: "window" });
  await launch("a.yaml");
  await launch("b.yaml");
  await launch(null);
  await launch("a.yaml", "/elsewhere");
  const { planId } = await launch("a.yaml");
  const recent = listRecentSources(store.read, 200);
  expect(recent.map(({ folder, name }) => `${folder}/${name}`)).toEqual([
    "/plans/a.yaml",
    "/elsewhere/a.yaml",
    "/plans/b.yaml",
  ]);
  expect(recent[0]).toMatchObject({ planId, title: "One", status: "executing" });
  const plan = store.read.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${LATEST_SOURCES}`).all(1);
  expect(plan.map(({ detail }) => detail).join("\n")).toMatch(
    /USING (COVERING )?INDEX console_plans_recent[\s\S]*SEARCH p/,
  );
});
