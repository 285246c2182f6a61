import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import Database from "better-sqlite3";
import { expect, ROOT, test } from "../helpers/app";
import { readDatabase } from "../helpers/database";
import { createLook } from "../helpers/looks";
import { goTo, planBadge, typeReason } from "../helpers/screen";
import { json, startServer } from "../integration/agents/server";

const HIVE = join(ROOT, "test/fixtures/databases/hive-internal.sql");
const WRITER = `
import sqlite3, sys, time
conn = sqlite3.connect(sys.argv[1], timeout=60.0, isolation_level=None)
at = 0
while True:
    conn.execute("INSERT INTO tasks (id, title, task_type, payload) VALUES (?, 'By Python', 'review', '{}')", (f"py-{at:05d}",))
    conn.execute("UPDATE tasks SET status = 'in_progress' WHERE id = ?", (f"py-{at:05d}",))
    if at % 10 == 9: conn.execute("DELETE FROM tasks WHERE id = ?", (f"py-{at - 5:05d}",))
    at += 1
    time.sleep(0.02)
`;

/** A copy of a database as a Python Hive left it, with some tasks more. */
function makeHive(file: string): void {
  const db = new Database(file);
  db.exec(readFileSync(HIVE, "utf8"));
  db.pragma("journal_mode = WAL");
  const insert = db.prepare(
    "INSERT INTO tasks (id, title, task_type, status) VALUES (?, 'An old task', ?, 'completed')",
  );
  db.transaction(() => {
    for (let at = 0; at < 400; at += 1) insert.run(`old-${at}`, at % 4 === 0 ? "deploy" : "code");
  })();
  db.close();
}

function change(file: string, sql: string): void {
  const db = new Database(file, { timeout: 10_000 });
  db.exec(sql);
  db.close();
}

const step = (page: Page): Locator => page.getByRole("region", { name: "The road" }).locator("li[aria-current]");

/** Answers the dialog that is open with a reason; `way`: the choice that is taken first. */
async function answer(page: Page, title: RegExp, { way, reason = "a pilot" }: { way?: string; reason?: string } = {}) {
  const dialog = page.getByRole("dialog", { name: title });
  await typeReason(dialog, reason);
  if (way !== undefined) await dialog.getByText(way).click();
  await page.keyboard.press("ControlOrMeta+Enter");
  return dialog;
}

test("a Hive database goes from A to D and back while a Python program writes to it", async ({ launch, folder }) => {
  test.setTimeout(180_000);
  const file = join(folder, "hive-internal.db");
  makeHive(file);
  const opened = await launch({ args: ["--db", file] });
  const { page } = opened;
  const { look, found } = await createLook(opened);
  const python = spawn("python3", ["-c", WRITER, file], { stdio: ["ignore", "ignore", "inherit"] });
  const gone = once(python, "exit");
  try {
    await test.step("A: infrastructure", async () => {
      await page.getByRole("link", { name: "Migration" }).click();
      await expect(step(page)).toContainText("A infrastructure");
      await expect(page.getByRole("region", { name: "The road" })).toContainText("Low risk");
    });

    await test.step("B: unified events, with who, when and why", async () => {
      await page.keyboard.press("Shift+S");
      await answer(page, /^Switch enable_unified_events on\?/, { reason: "to see who writes" });
      await expect(step(page)).toContainText("B events");
      await expect(page.getByRole("listitem").filter({ hasText: "enable_unified_events" })).toContainText(
        /operator, .*: to see who writes/,
      );
    });

    await test.step("C: dual write; the cutover is refused while rows are missing", async () => {
      await page.keyboard.press("Shift+S");
      await answer(page, /^Switch enable_dual_write on\?/);
      await expect(step(page)).toContainText("C dual write");
      await page.keyboard.press("Shift+S");
      const dialog = await answer(page, /^Read the unified tables from now on\?/);
      await expect(dialog.getByRole("alert")).toContainText(/The two schemas differ in \d+ row\(s\)/);
      await page.keyboard.press("Escape");
      await expect(step(page)).toContainText("C dual write");
      await page.keyboard.press("Shift+C");
      await page.keyboard.press("v");
      await expect(page.getByRole("row").filter({ hasText: "old-0" }).first()).toContainText("Missing");
      await look("migration-differences");
    });

    await test.step("a backfill makes both alike, and the cutover holds", async () => {
      await goTo(page, "#/migration");
      await page.keyboard.press("Shift+F");
      await answer(page, /^Copy every legacy task\?/);
      const panel = page.getByRole("heading", { name: "Backfill" }).locator("xpath=ancestor::section[1]");
      await expect(panel).toContainText("Done");
      await page.keyboard.press("Shift+C");
      await expect(page.getByRole("main").getByText("No difference")).toBeVisible();
      await look("migration");
      await page.keyboard.press("Shift+S");
      await answer(page, /^Read the unified tables from now on\?/);
      await expect(step(page)).toContainText("D cutover");
    });

    await test.step("figures: what it costs, and how events and agents do", async () => {
      await goTo(page, "#/migration/figures");
      await expect(page.getByRole("row").filter({ hasText: "Dual write, events on" })).toContainText(/\d/);
      await expect(page.getByText("told for programs that tell nobody")).toContainText(/[1-9]/);
      await expect(page.getByRole("row").filter({ hasText: "ai-planner" })).toBeVisible();
      await look("migration-figures");
    });

    await test.step("back: refused while something differs, unless it is forced with a reason", async () => {
      await goTo(page, "#/migration");
      change(file, "UPDATE unified_tasks SET status = 'odd' WHERE id = 'old-7'");
      await page.keyboard.press("Shift+B");
      const dialog = await answer(page, /^Go back to C/);
      await expect(dialog.getByRole("alert")).toContainText("differ in 1 row(s)");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Shift+B");
      await answer(page, /^Go back to C/, { way: "Do it all the same.", reason: "one odd row" });
      await expect(step(page)).toContainText("C dual write");
      await page.keyboard.press("Shift+B");
      await answer(page, /^Go back to B/);
      await expect(step(page)).toContainText("B events");
      await page.keyboard.press("Shift+B");
      await answer(page, /^Go back to A/);
      await expect(step(page)).toContainText("A infrastructure");
      await page.keyboard.press("Shift+B");
      await expect(page.getByRole("dialog", { name: /^Drop 4/ })).toContainText(/unified_tasks: [\d,]+ rows/);
      await answer(page, /^Drop 4 unified tables\?/);
      await expect(page.getByRole("main")).toContainText("Not begun");
      await expect(page.getByRole("main")).toContainText("missing: unified_deployment_tasks");
    });
  } finally {
    python.kill("SIGKILL");
    await gone;
  }
  const count = (sql: string) => readDatabase(file, (db) => db.prepare(sql).pluck().get());
  // The legacy tables have all that was there, and all that Python wrote.
  expect(count("SELECT count(*) FROM tasks WHERE id LIKE 'old-%'")).toBe(400);
  expect(Number(count("SELECT count(*) FROM tasks WHERE id LIKE 'py-%'"))).toBeGreaterThan(20);
  expect(count("SELECT count(*) FROM sqlite_master WHERE name LIKE 'unified_%'")).toBe(0);
  expect(count("SELECT count(*) FROM console_audit WHERE act LIKE 'migration.%' AND reason = 'one odd row'")).toBe(1);
  expect(found).toEqual([]);
});

test("a request is planned by an agent, judged by a person and launched", async ({ launch }) => {
  test.setTimeout(120_000);
  const steps = [
    { id: "measure", title: "Measure it" },
    { id: "change", title: "Change it", depends_on: ["measure"] },
  ].map((one) => ({
    ...{ description: one.title, depends_on: [], complexity: "simple", estimated_duration: 20, ...one },
    ...{ workflow_phase: "analysis", required_skills: [], deliverables: [] },
  }));
  const say = (content: string) => json({ choices: [{ message: { content }, finish_reason: "stop" }] });
  const plan = JSON.stringify({ title: "Faster import", description: "x", sub_tasks: steps, open_questions: [] });
  let reply = say("I would rather not.");
  const model = await startServer((request, response) =>
    request.url.endsWith("/models") ? json({ data: [{ id: "bee" }] })(request, response) : reply(request, response),
  );
  try {
    const opened = await launch({ env: { HIVE_LLM_ENDPOINT: `${model.origin}/v1`, HIVE_LLM_MODEL: "bee" } });
    const { page } = opened;
    const { look, found } = await createLook(opened);
    const panel = page.getByRole("complementary", { name: "Request" });
    await goTo(page, "#/plans");
    await page.getByRole("button", { name: "Requested" }).click();
    await expect(page.getByRole("heading", { name: "No requests yet" })).toBeVisible();

    await test.step("it is requested", async () => {
      await page.keyboard.press("c");
      const dialog = page.getByRole("dialog", { name: "Request a plan" });
      await expect(dialog.getByLabel("What is to be true in the end")).toBeFocused();
      await page.keyboard.type("The nightly import takes half the time");
      await dialog.getByLabel("Context").fill("[1]");
      await expect(dialog.getByRole("button", { name: /^Request it/ })).toHaveAttribute("aria-disabled", "true");
      await dialog.getByLabel("Context").fill('{"system": "billing"}');
      await page.keyboard.press("ControlOrMeta+Enter");
      await expect(panel).toContainText("The nightly import takes half the time");
      await expect(panel.getByRole("button", { name: /^Plan it with ai-planner/ })).toBeVisible();
    });

    await test.step("a planner that fails says why, and is asked again", async () => {
      await page.keyboard.press("Shift+P");
      await expect(panel.getByRole("alert")).toContainText("ai-planner made no plan");
      reply = say(plan);
      await page.keyboard.press("Shift+P");
      await expect(panel.getByRole("list", { name: "Subtasks" })).toContainText("Measure it");
      await look("planning");
    });

    await test.step("its plan is edited, approved and launched", async () => {
      await page.keyboard.press("Shift+E");
      const editor = page.getByRole("dialog").getByRole("textbox", { name: "Plan", exact: true });
      await expect(editor).toBeFocused();
      await look("planning-edit");
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.insertText('{"sub_tasks": []}');
      await page.keyboard.press("ControlOrMeta+Enter");
      await expect(page.getByRole("dialog").getByRole("alert")).toContainText("cannot be run as it is");
      await editor.click();
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.insertText(
        JSON.stringify({ title: "Faster import", sub_tasks: [{ id: "one", title: "One step", agent: "noop" }] }),
      );
      await page.keyboard.press("ControlOrMeta+Enter");
      await expect(panel.getByRole("region", { name: "Plan to review" })).toContainText("1 subtask,");
      await page.keyboard.press("Shift+A");
      await answer(page, /^Approve a plan of 1 subtask\?/);
      await expect(panel.getByRole("button", { name: /^Launch/ })).toBeVisible();
      await page.keyboard.press("Shift+L");
      await answer(page, /^Launch 1 task\?/);
      await expect(planBadge(page)).toHaveText("Completed");
    });

    await goTo(page, "#/planning?status=completed");
    await expect(page.getByRole("row").filter({ hasText: "The nightly import" })).toContainText("Completed");
    expect(found).toEqual([]);
  } finally {
    await model.close();
  }
});
