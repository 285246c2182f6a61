import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Locator, Page } from "@playwright/test";
import { expect, type OpenConsole, test, writePlan } from "../helpers/app";
import { chooseTask, goTo, launchFile, openTab, taskRow } from "../helpers/screen";

const PLAN = {
  title: "Nightly build",
  subtasks: [
    { id: "prepare", title: "Prepare sources", run: "echo prepared" },
    { id: "unit", title: "Unit tests", dependencies: ["prepare"], run: "echo token-store.test.ts fails; exit 3" },
    { id: "ship", title: "Ship it", dependencies: ["unit"], run: "true" },
  ],
};

const grid = (page: Page, name: "Events" | "Acts" | "Tasks"): Locator => page.getByRole("grid", { name });
const rows = (page: Page, text: string): Locator => grid(page, "Events").getByRole("row").filter({ hasText: text });
const bar = (page: Page): Locator => page.getByRole("region", { name: "Time travel" });

async function answerSaveDialog({ app }: OpenConsole, path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath: chosen });
  }, path);
}

/** Another program, which tells what it does. */
function tellSome(file: string, count: number, type = "python.note"): void {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE");
  const insert =
    db.prepare(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata)
    VALUES (?, ?, ?, 'python', 'c-1', ?, '{}')`);
  for (let index = 0; index < count; index += 1) {
    const at = new Date().toISOString().replace("T", " ").replace("Z", "");
    insert.run(`${type}-${index}-${Math.random()}`, type, at, index === 0 ? "{broken" : `{"n":${index}}`);
  }
  db.exec("COMMIT");
  db.close();
}

test("what happened and what people did: live, filtered, traced, travelled through and taken along", async ({
  launch,
  folder,
}) => {
  test.setTimeout(120_000);
  const file = join(folder, "hive.db");
  const opened = await launch({ args: ["--db", file] });
  const { page } = opened;
  await launchFile(opened, writePlan(folder, PLAN));
  await expect(taskRow(page, "Unit tests")).toContainText("Failed");
  await expect(taskRow(page, "Ship it")).toContainText("Blocked");

  await test.step("the stream is filtered by typing, and the address keeps it", async () => {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Events" }).click();
    await expect(rows(page, "task.failed")).toHaveCount(1);
    await expect(page.getByRole("img", { name: /events from .* failed/ })).toBeVisible();
    await expect(page.getByRole("button", { name: /^Show hive-runner to task.started: 2 events/ })).toBeVisible();
    await page.keyboard.press("/");
    await page.keyboard.type("*.failed task.created -task.started source:");
    await page.keyboard.press("Enter");
    await expect(page.getByText("source: needs a value")).toBeVisible();
    await page.keyboard.type("hive-runner");
    await page.keyboard.press("Enter");
    await expect(grid(page, "Events").getByRole("row")).toHaveCount(2);
    await page.reload();
    await expect(grid(page, "Events").getByRole("row")).toHaveCount(2);
    await page.getByRole("button", { name: "Remove: source hive-runner" }).click();
    await expect(rows(page, "task.created")).toHaveCount(3);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("dialog", { name: "Save view" }).getByRole("textbox").fill("Begun or failed");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await expect(rows(page, "task.started").first()).toBeVisible();
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("menuitemcheckbox", { name: /^Begun or failed/ }).click();
    await expect(rows(page, "task.started")).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Begun or failed" })).toBeVisible();
  });

  await test.step("an event opens its trace and what it speaks of", async () => {
    await page.keyboard.press("j");
    await expect(rows(page, "task.failed")).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Enter");
    const inspector = page.getByRole("region", { name: "Event", exact: true });
    await expect(inspector.getByRole("list", { name: "Spans" }).getByRole("button", { name: /^run 1/ })).toBeVisible();
    await inspector.getByRole("button", { name: "All of it" }).click();
    await expect(inspector.getByRole("list", { name: "Spans" }).getByRole("listitem")).toHaveCount(4);
    await inspector.getByRole("button", { name: "Agents" }).click();
    await expect(
      inspector
        .getByRole("list", { name: "Spans" })
        .getByRole("button", { name: /^local-/ })
        .first(),
    ).toBeVisible();
    await inspector.getByRole("tab", { name: "Payload" }).click();
    await expect(inspector.getByText('"exit_code"')).toBeVisible();
    await inspector.getByRole("link", { name: "Its log" }).click();
    await expect(page.getByText("token-store.test.ts fails").first()).toBeVisible();
    await page.goBack();
    await expect(inspector).toBeVisible();
  });

  await test.step("nothing moves while it is paused; what is broken is shown as it stands", async () => {
    await goTo(page, "#/events?q=python.*");
    await expect(page.getByRole("heading", { name: "No event matches" })).toBeVisible();
    tellSome(file, 3);
    await expect(rows(page, "python.note")).toHaveCount(3);
    await expect(rows(page, "{broken")).toHaveCount(1);
    await page.keyboard.press("p");
    tellSome(file, 4);
    await expect(page.getByText("4 new")).toBeVisible();
    await expect(rows(page, "python.note")).toHaveCount(3);
    await page.keyboard.press("p");
    await expect(rows(page, "python.note")).toHaveCount(7);
    tellSome(file, 1_500, "python.many");
    await goTo(page, "#/events?q=python.many");
    await expect(rows(page, "python.many").first()).toBeVisible();
    await page.keyboard.press("j");
    await page.keyboard.press("End");
    await expect(page.getByText("Held while you read, since")).toBeVisible();
  });

  await test.step("an act is shown with what was before and after", async () => {
    await goTo(page, "#/plans");
    await page.getByRole("row").filter({ hasText: "Nightly build" }).click();
    await page.getByRole("tab", { name: /^Tasks/ }).click();
    await chooseTask(page, "Ship it");
    await page.keyboard.press("Shift+X");
    await page.getByRole("textbox", { name: /reason/i }).fill("not tonight");
    await page.keyboard.press("Control+Enter");
    await expect(taskRow(page, "Ship it")).toContainText("Cancelled");
    await goTo(page, "#/audit?q=tasks.*");
    await grid(page, "Acts").getByRole("row").filter({ hasText: "not tonight" }).click();
    const diff = page.getByRole("table", { name: "Before and after" });
    await expect(diff.locator("del")).toHaveText(/"queued"/);
    await expect(diff.locator("ins")).toHaveText(/"cancelled"/);
    await page.getByRole("link", { name: "Ship it" }).click();
    await expect(page.getByRole("region", { name: "Task", exact: true })).toBeVisible();
    await page.keyboard.press("Escape");
  });

  await test.step("the plan is travelled through, and nothing can be done with the past", async () => {
    await page.keyboard.press("h");
    await expect(bar(page).getByText(/^As of .*, not now$/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Retry failed" })).toHaveAttribute("aria-disabled", "true");
    await page.getByRole("tab", { name: /^Tasks/ }).click();
    await expect(taskRow(page, "Ship it")).toContainText("Cancelled");
    await page.keyboard.press(",");
    await expect(taskRow(page, "Ship it")).toContainText("Blocked");
    await page.getByRole("slider", { name: "Moment" }).press("Home");
    await expect(taskRow(page, "Prepare sources")).toContainText("Queued");
    await expect(taskRow(page, "Unit tests")).toContainText("Waiting");
    await page.reload();
    await expect(page.getByRole("navigation", { name: "Breadcrumb" })).toContainText("Nightly build");
    // The address follows the slider a moment later.
    await page.getByRole("slider", { name: "Moment" }).press("Home");
    await page.getByRole("tab", { name: "Board" }).click();
    await expect(page.getByRole("region", { name: "Waiting" }).getByRole("button")).toHaveCount(2);
    await page.getByRole("tab", { name: "Graph" }).click();
    await expect(page.locator("canvas[data-nodes='3']")).toBeVisible();
    await page.getByRole("button", { name: "Play" }).click();
    await expect(page.getByRole("button", { name: "Stop playing" })).toBeVisible();
    await page.getByRole("slider", { name: "Moment" }).press("End");
    await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
    // Another program changes a task without a word.
    const db = new DatabaseSync(file);
    db.exec("PRAGMA busy_timeout = 10000; UPDATE tasks SET status = 'completed' WHERE title = 'Ship it'");
    db.close();
    await expect(page.getByText("The history is incomplete.")).toBeVisible();
    await expect(page.getByText(/does not lead to where it stands now/)).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(bar(page)).toHaveCount(0);
  });

  const bundle = join(folder, "incident.hivebundle");
  await test.step("the plan is written as one file", async () => {
    await answerSaveDialog(opened, bundle);
    await page.getByRole("button", { name: "Make an incident bundle…" }).click();
    await expect(page.getByText("Incident bundle written")).toBeVisible();
    expect(existsSync(bundle)).toBe(true);
    await opened.quit();
  });

  await test.step("any console opens it to look at it, logs included", async () => {
    const other = await launch({ args: ["--db", bundle] });
    await expect(other.page.getByText("Incident bundle, read-only.")).toBeVisible();
    await expect(other.page.getByText("No new tasks are started.")).toHaveCount(0);
    await other.page.getByRole("button", { name: "Show what its maker saw" }).click();
    await expect(other.page.getByRole("heading", { name: "Nightly build" })).toBeVisible();
    await other.page.getByRole("tab", { name: /^Tasks/ }).click();
    await chooseTask(other.page, "Unit tests");
    await openTab(other.page, "Log");
    await expect(other.page.getByText("token-store.test.ts fails").first()).toBeVisible();
    await expect(other.page.getByRole("button", { name: /^Retry failed/ })).toHaveAttribute("aria-disabled", "true");
  });
});
