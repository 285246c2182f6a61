import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import Database from "better-sqlite3";
import { expect, type OpenConsole, test, writePlan } from "../helpers/app";
import { createLook } from "../helpers/looks";
import { goTo, launchFile } from "../helpers/screen";
import { seedDatabase } from "../seed/database";

const TASKS = 3_000;

const column = (page: Page, status: string): Locator => page.locator(`section[data-status="${status}"]`);
const cards = (page: Page, status: string): Locator => column(page, status).getByRole("option");
const rows = (page: Page): Locator => page.getByRole("grid", { name: "Tasks" }).locator("tbody tr");
const matches = (page: Page): Locator => page.getByRole("search", { name: "Tasks" }).getByRole("status").last();

/** As another program writes, with SQL of its own. */
function write(file: string, sql: string): void {
  const db = new Database(file);
  db.pragma("busy_timeout = 5000");
  db.exec(sql);
  db.close();
}

function count(file: string, where: string): number {
  const db = new Database(file, { readonly: true });
  const n = db.prepare(`SELECT count(*) FROM tasks WHERE ${where}`).pluck().get();
  db.close();
  return Number(n);
}

async function openSeeded(launch: (options: { args: string[] }) => Promise<OpenConsole>, folder: string) {
  const file = join(folder, "seeded.db");
  await seedDatabase(file, { tasks: TASKS, now: Date.now() });
  const opened = await launch({ args: ["--db", file] });
  await goTo(opened.page, "#/tasks");
  await expect(cards(opened.page, "failed").first()).toBeVisible();
  return { file, opened, page: opened.page };
}

const number = (n: number): string => n.toLocaleString("en-US");

test("the board counts the whole database, and is moved through, selected in and filtered by keys", async ({
  launch,
  folder,
}) => {
  const { file, page } = await openSeeded(launch, folder);
  await expect(matches(page)).toHaveText(`${number(TASKS)} match`);
  for (const [status, name] of [
    ["completed", "Completed"],
    ["failed", "Failed"],
    ["queued", "Queued"],
  ] as const) {
    await expect(column(page, status)).toContainText(`${name}${number(count(file, `status = '${status}'`))}`);
  }

  await page.keyboard.press("j");
  const first = page.locator("[data-cursor]");
  const title = await first.locator("[title]").first().textContent();
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+J");
  await page.keyboard.press("Shift+J");
  await expect(page.getByRole("toolbar", { name: "Selected tasks" })).toContainText("3 selected");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("toolbar", { name: "Selected tasks" })).toBeHidden();

  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Task", exact: true }).getByRole("heading", { level: 2 })).toHaveText(
    title ?? "",
  );
  expect(new URL(page.url()).hash).toMatch(/^#\/tasks\/task-/);
  await page.keyboard.press("Escape");

  await page.keyboard.press("/");
  await page.keyboard.type("state:fai");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.type("type:llm");
  await page.keyboard.press("Enter");
  const failedLlm = count(file, "status = 'failed' AND task_type = 'llm'");
  await expect(matches(page)).toHaveText(`${number(failedLlm)} match`);
  await expect(page.locator("section[data-status]")).toHaveCount(1);
  await page.goBack();
  await expect(matches(page)).toHaveText(`${number(TASKS)} match`);
  await page.goForward();
  await expect(matches(page)).toHaveText(`${number(failedLlm)} match`);

  await page.keyboard.press("/");
  await page.keyboard.type("stat:failed");
  await page.keyboard.press("Enter");
  await expect(page.getByText("There is no field stat")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");

  await goTo(page, `#/tasks?q=${encodeURIComponent("worker:nobody state:failed")}`);
  await expect(page.getByRole("heading", { name: "No tasks match 2 filters" })).toBeVisible();
  await page.getByRole("button", { name: "Remove: Worker is nobody" }).last().click();
  await expect(cards(page, "failed").first()).toBeVisible();
});

test("cards change in place, and what is new waits while somebody reads", async ({ launch, folder }) => {
  const { file, page } = await openSeeded(launch, folder);
  const top = cards(page, "failed").nth(1);
  await top.hover();
  const order = () =>
    cards(page, "failed").evaluateAll((all) => all.slice(0, 5).map((card) => card.getAttribute("data-id")));
  const before = await order();
  const id = before[1];

  // Fourteen fail elsewhere, and the one under the pointer is taken up again.
  write(
    file,
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 14)
      INSERT INTO tasks (id, title, task_type, status) SELECT 'foreign-' || i, 'Foreign ' || i, 'code', 'failed' FROM n;
    UPDATE tasks SET status = 'queued', updated_at = CURRENT_TIMESTAMP WHERE id = '${id}';`,
  );
  await expect(column(page, "failed").getByRole("button", { name: "14 new" })).toBeVisible();
  await expect(top).toContainText("Now queued");
  expect(await order()).toEqual(before);
  await expect(column(page, "failed")).toContainText(`Failed${number(count(file, "status = 'failed'"))}`);

  await column(page, "failed").getByRole("button", { name: "14 new" }).click();
  await expect(cards(page, "failed").first()).toContainText("Foreign");
  expect(await order()).not.toContain(id);

  // Nobody reads any more: the columns keep themselves in order.
  await page.mouse.move(600, 20);
  await page.keyboard.press("Escape");
  write(file, "INSERT INTO tasks (id, title, task_type, status) VALUES ('late', 'A late one', 'code', 'failed')");
  await expect(cards(page, "failed").first()).toContainText("A late one");
});

test("acts on what is selected and on all that match, with a preview, a reason and a report", async ({
  launch,
  folder,
}) => {
  const { file, page } = await openSeeded(launch, folder);
  await goTo(page, `#/tasks?q=${encodeURIComponent("state:failed,completed type:http")}`);
  await expect(cards(page, "completed").first()).toBeVisible();
  const where = "status IN ('failed', 'completed') AND task_type = 'http'";
  const failed = count(file, "status = 'failed' AND task_type = 'http'");
  const all = count(file, where);
  await cards(page, "completed")
    .first()
    .click({ modifiers: ["Control"] });
  const bar = page.getByRole("toolbar", { name: "Selected tasks" });
  await expect(bar.getByRole("button", { name: "Retry 0 eligible" })).toHaveAttribute("aria-disabled", "true");
  await bar.getByRole("button", { name: `Select all ${number(all)} matching` }).click();
  await expect(bar.getByRole("button", { name: `Retry ${number(failed)} eligible` })).toBeVisible();
  await page.keyboard.press("Shift+R");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(`Retry ${number(failed)} tasks?`);
  await expect(dialog).toContainText(`${number(all - failed)} completed`);
  await dialog.getByRole("textbox").fill("Cause fixed upstream");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText(`${number(failed)} tasks queued for retry`)).toBeVisible();
  const db = new Database(file, { readonly: true });
  const noted = db.prepare(
    "SELECT count(*) FROM console_audit WHERE entity = 'task' AND reason = 'Cause fixed upstream'",
  );
  expect(noted.pluck().get()).toBe(failed);
  db.close();
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByRole("dialog", { name: /^Retry: / })).toContainText(`${number(all - failed)} skipped`);
});

test("the table sorts by what an index serves, groups, and remembers its columns; views are kept", async ({
  launch,
  folder,
}) => {
  const { file, page } = await openSeeded(launch, folder);
  await page.keyboard.press("v");
  await expect(rows(page).first()).toContainText(`${TASKS - 1}`);
  await page.getByRole("button", { name: "Created" }).click();
  await expect(page.getByRole("columnheader", { name: "Created" })).toHaveAttribute("aria-sort", "ascending");
  await expect(rows(page).first()).toHaveAttribute("data-key", "task-00000000");
  await expect(page.getByRole("button", { name: "Title" })).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByRole("button", { name: "Title" })).toHaveAttribute("title", /no index/);

  await page.getByRole("button", { name: "Worker", exact: true }).press("Alt+ArrowLeft");
  await page.getByRole("button", { name: /^Columns/ }).click();
  await page.getByRole("menuitemcheckbox", { name: "Tags" }).click();
  await page.keyboard.press("Escape");
  await page.reload();
  await expect(page.getByRole("columnheader", { name: "Tags" })).toBeVisible();
  const headers = await page.getByRole("columnheader").allTextContents();
  expect(headers.indexOf("Worker")).toBeLessThan(headers.indexOf("Tags"));

  await page.getByRole("button", { name: /^Group/ }).click();
  await page.getByRole("menuitemcheckbox", { name: "By error" }).click();
  const groups = page.getByRole("treegrid", { name: "Tasks" }).locator("tr[aria-expanded]");
  await expect(groups.filter({ hasText: "Timed out after <n> s" })).toHaveCount(1);
  await groups.first().click();
  await expect(
    page.getByRole("treegrid", { name: "Tasks" }).getByText("Failed", { exact: true }).first(),
  ).toBeVisible();

  await goTo(page, `#/tasks?as=table&q=${encodeURIComponent("state:failed type:http")}`);
  await expect(matches(page)).toHaveText(`${number(count(file, "status = 'failed' AND task_type = 'http'"))} match`);
  await page.getByRole("button", { name: "Save view" }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("Failed requests");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Failed requests" })).toBeVisible();
  await page.getByRole("link", { name: "All", exact: true }).click();
  await expect(matches(page)).toHaveText(`${number(TASKS)} match`);
  await page.reload();
  await page.getByRole("link", { name: "Failed requests" }).click();
  await expect(matches(page)).toHaveText(`${number(count(file, "status = 'failed' AND task_type = 'http'"))} match`);
});

test("an empty database says how to begin; a plan's tasks come as they are launched", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await goTo(page, "#/tasks");
  await expect(page.getByRole("heading", { name: "No tasks yet" })).toBeVisible();
  const subtasks = [
    { id: "a", title: "First", run: "true" },
    { id: "b", title: "Second", run: "exit 3", dependencies: ["a"] },
    { id: "c", title: "Third", run: "true", dependencies: ["b"] },
  ];
  await launchFile(opened, writePlan(folder, { title: "Small", subtasks }));
  await goTo(page, "#/tasks?q=plan%3Asmall");
  await expect(cards(page, "completed").filter({ hasText: "First" })).toBeVisible();
  await expect(cards(page, "failed").filter({ hasText: "Second" })).toContainText("Small");
  await expect(cards(page, "queued").filter({ hasText: "Third" })).toContainText("Blocked");
});

test("the board and the table are accessible and fit, in both themes", async ({ launch, folder }) => {
  test.setTimeout(240_000);
  const { opened, page } = await openSeeded(launch, folder);
  const { look, found } = await createLook(opened);
  await expect(cards(page, "failed").first()).toBeVisible();
  await look("board");
  await cards(page, "failed")
    .first()
    .click({ modifiers: ["Control"] });
  await cards(page, "failed")
    .nth(2)
    .click({ modifiers: ["Shift"] });
  await expect(page.getByRole("toolbar", { name: "Selected tasks" })).toContainText("3 eligible");
  await look("board-selection");
  await page.keyboard.press("Escape");
  await cards(page, "failed").first().click();
  await expect(
    page.getByRole("region", { name: "Task", exact: true }).getByRole("tab", { name: "Summary" }),
  ).toBeVisible();
  await look("board-inspector");
  await goTo(page, "#/tasks?as=table");
  await expect(rows(page).first()).toBeVisible();
  await look("tasks-table");
  for (const group of ["plan", "state", "error"]) {
    await goTo(page, `#/tasks?as=table&by=${group}`);
    await expect(page.getByRole("treegrid", { name: "Tasks" }).locator("tr[aria-expanded]").first()).toBeVisible();
    await look(`tasks-by-${group}`);
  }
  await goTo(page, "#/tasks?q=worker%3Anobody");
  await expect(page.getByRole("heading", { name: "No tasks match 1 filter" })).toBeVisible();
  await look("tasks-none");
  expect(found).toEqual([]);
});
