import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import Database from "better-sqlite3";
import { expect, type OpenConsole, test, writePlan } from "../helpers/app";
import { goTo, launchFile } from "../helpers/screen";
import { seedDatabase } from "../seed/database";

const cards = (page: Page, status: string): Locator =>
  page.locator(`section[data-status="${status}"]`).getByRole("option");
const matches = (page: Page): Locator => page.getByRole("search", { name: "Tasks" }).getByRole("status").last();
const toolbar = (page: Page): Locator => page.getByRole("toolbar", { name: "Selected tasks" });
const number = (n: number): string => n.toLocaleString("en-US");

function count(file: string, where: string): number {
  const db = new Database(file, { readonly: true });
  const n = db.prepare(`SELECT count(*) FROM tasks WHERE ${where}`).pluck().get();
  db.close();
  return Number(n);
}

async function openSeeded(
  launch: (options: { args: string[] }) => Promise<OpenConsole>,
  { folder, tasks }: { folder: string; tasks: number },
) {
  const file = join(folder, "seeded.db");
  await seedDatabase(file, { tasks, now: Date.now() });
  const opened = await launch({ args: ["--db", file] });
  await goTo(opened.page, "#/tasks");
  await expect(cards(opened.page, "failed").first()).toBeVisible();
  return { file, opened, page: opened.page };
}

async function saveInto({ app }: OpenConsole, file: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath });
  }, file);
}

test("by keys alone: leave out, select a range, retry it after a preview, begin more and stop it", async ({
  launch,
  folder,
}) => {
  test.setTimeout(120_000);
  const { file, page } = await openSeeded(launch, { folder, tasks: 40_000 });
  await page.keyboard.press("/");
  await page.keyboard.type("state:failed,completed -type:llm -state:completed");
  await page.keyboard.press("Enter");
  const wanted = count(file, "status = 'failed' AND task_type <> 'llm'");
  await expect(matches(page)).toHaveText(`${number(wanted)} match`);
  await expect(page.locator("section[data-status]")).toHaveCount(1);
  await expect(cards(page, "failed").first()).toBeVisible();

  await page.keyboard.press("j");
  await page.keyboard.press("x");
  for (let step = 0; step < 4; step += 1) await page.keyboard.press("Shift+J");
  await expect(toolbar(page)).toContainText("5 selected");
  await expect(toolbar(page).getByRole("button", { name: "Retry 5 eligible" })).toBeVisible();
  await page.keyboard.press("Shift+R");
  const dialog = page.getByRole("dialog", { name: /^Retry / });
  await expect(dialog).toContainText("Retry 5 tasks?");
  await dialog.getByRole("textbox").focus();
  await page.keyboard.type("Fixed");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("5 tasks queued for retry")).toBeVisible();
  await expect.poll(() => count(file, "status = 'failed' AND task_type <> 'llm'")).toBe(wanted - 5);

  await page.keyboard.press("Shift+F");
  await expect(matches(page)).toHaveText("40,000 match");
  await page.keyboard.press("Control+Shift+A");
  await expect(toolbar(page)).toContainText("All 40,000 matching");
  await expect(toolbar(page).getByRole("button", { name: /^Cancel [\d,]+…/ })).toBeVisible();
  await page.keyboard.press("Shift+X");
  await expect(page.getByRole("dialog", { name: /^Cancel / })).toContainText(/Cancel [\d,]+ tasks\?/);
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("progressbar", { name: "Progress" })).toBeVisible();
  await page.keyboard.press("Control+.");
  await expect(page.getByText(/Stopped before the end\./)).toBeVisible();
  expect(count(file, "status = 'queued'")).toBeGreaterThan(0);
});

test("what a chip asks for is left out, and asked for again, by its operator", async ({ launch, folder }) => {
  const { file, page } = await openSeeded(launch, { folder, tasks: 3_000 });
  await goTo(page, `#/tasks?q=${encodeURIComponent("state:failed")}`);
  await expect(page.locator("section[data-status]")).toHaveCount(1);
  await page.getByRole("button", { name: "State: is or is not" }).click();
  await page.getByRole("menuitemcheckbox", { name: "is not" }).click();
  await expect(matches(page)).toHaveText(`${number(count(file, "status <> 'failed'"))} match`);
  await expect(page.locator('section[data-status="failed"]')).toHaveCount(0);
  expect(new URL(page.url()).hash).toContain("-state%3Afailed");
  await page.getByRole("button", { name: "State: is not or is" }).click();
  await page.getByRole("menuitemcheckbox", { name: "is", exact: true }).click();
  await expect(matches(page)).toHaveText(`${number(count(file, "status = 'failed'"))} match`);
  await expect(page.getByRole("link", { name: "Failing now" })).toContainText(number(count(file, "status = 'failed'")));
});

test("what matches and what is selected are written into files", async ({ launch, folder }) => {
  const { file, opened, page } = await openSeeded(launch, { folder, tasks: 3_000 });
  const csv = join(folder, "failed.csv");
  await saveInto(opened, csv);
  await goTo(page, `#/tasks?q=${encodeURIComponent("state:failed")}`);
  const failed = count(file, "status = 'failed'");
  await expect(matches(page)).toHaveText(`${number(failed)} match`);
  await page.getByRole("button", { name: "Export what matches" }).click();
  await page.getByRole("menuitem", { name: /For spreadsheets/ }).click();
  await expect(page.getByText(`${number(failed)} tasks exported`)).toBeVisible();
  expect(readFileSync(csv, "utf8").trimEnd().split("\r\n")).toHaveLength(failed + 1);

  const jsonl = join(folder, "two.jsonl");
  await saveInto(opened, jsonl);
  await cards(page, "failed")
    .first()
    .click({ modifiers: ["Control"] });
  await cards(page, "failed")
    .nth(1)
    .click({ modifiers: ["Shift"] });
  await toolbar(page).getByRole("button", { name: "Export the selected" }).click();
  await page.getByRole("menuitem", { name: /JSON/ }).click();
  await expect(page.getByText("2 tasks exported")).toBeVisible();
  expect(existsSync(`${jsonl}.part`)).toBe(false);
  const lines = readFileSync(jsonl, "utf8").trimEnd().split("\n");
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([{ state: "failed" }, { state: "failed" }]);
});

test("a running task says when it takes longer than it usually does", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  const plan = (run: string) =>
    writePlan(folder, { title: "Nightly", subtasks: [{ id: "a", title: "Reindex", agent: "command", run }] });
  await launchFile(opened, plan("true"));
  await goTo(page, "#/tasks");
  await expect(cards(page, "completed").filter({ hasText: "Reindex" })).toBeVisible();
  const go = join(folder, "go");
  await launchFile(opened, plan(`until [ -e '${go}' ]; do sleep 0.1; done`));
  await goTo(page, "#/tasks");
  await expect(cards(page, "in_progress").filter({ hasText: "Reindex" })).toContainText("Usually");
  writeFileSync(go, "");
  await expect(cards(page, "in_progress").filter({ hasText: "Usually" })).toHaveCount(0);
});
