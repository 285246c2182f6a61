import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import Database from "better-sqlite3";
import { expect, test, writePlan } from "../helpers/app";
import { createLook } from "../helpers/looks";
import { goTo, launchFile, planBadge, typeReason } from "../helpers/screen";

const finding = (page: Page, title: string): Locator =>
  page.getByRole("list", { name: "Findings" }).getByRole("listitem").filter({ hasText: title });
const panel = (page: Page, name: string): Locator => page.getByRole("complementary", { name });
const panelOf = (page: Page): Locator => panel(page, "Finding");
const confirm = (page: Page) => page.keyboard.press("ControlOrMeta+Enter");

function write(file: string, sql: string): void {
  const database = new Database(file);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

function count(file: string, sql: string): number {
  const database = new Database(file, { readonly: true });
  try {
    return Number(database.prepare(sql).pluck().get());
  } finally {
    database.close();
  }
}

test("the doctor finds what is broken, shows its repair first, and makes it", async ({
  launch,
  folder,
  dataFolder,
}) => {
  test.setTimeout(240_000);
  const opened = await launch();
  const { page } = opened;
  const file = join(dataFolder, "hive.db");
  const plan = { title: "Nightly", subtasks: [{ id: "a", title: "Clean", run: "true" }] };
  await launchFile(opened, writePlan(folder, plan));
  await expect(planBadge(page)).toHaveText("Completed");

  await test.step("a sound database is said to be sound", async () => {
    await goTo(page, "#/doctor");
    await expect(page.getByRole("status").filter({ hasText: "Nothing is wrong" })).toBeVisible();
    await expect(page.getByText("Checks that read whole tables were left out.")).toBeVisible();
  });

  await test.step("what is broken is found, explained and put right", async () => {
    write(
      file,
      `UPDATE console_counts SET n = n + 3 WHERE scope = '' AND status = 'completed';
       INSERT INTO tasks (id, title, task_type, payload) VALUES ('odd', 'Odd', 'py', '{not json')`,
    );
    await page.keyboard.press("Shift+E");
    await expect(finding(page, "Counters of states")).toContainText("Problem");
    await expect(finding(page, "JSON that does not parse")).toContainText("payload is no JSON");
    await expect(page.getByRole("status").filter({ hasText: "1 problem, 1 warning" })).toBeVisible();
    await page.keyboard.press("j");
    await expect(panelOf(page)).toContainText("The counter says 4, and there are 1.");
    expect(await page.evaluate(() => location.hash)).toBe("#/doctor/counts");
    await page.keyboard.press("Shift+R");
    const ask = page.getByRole("dialog", { name: "Count anew (1 row)?" });
    await expect(ask).toContainText("Becomes: 1.");
    await typeReason(ask, "drifted");
    await confirm(page);
    await expect(finding(page, "Counters of states")).toContainText("Fine");
    await page.keyboard.press("Escape");
    await finding(page, "JSON that does not parse").getByRole("button").click();
    await expect(panelOf(page).getByRole("button", { name: /Repair/ })).toHaveCount(0);
    await panelOf(page).getByRole("link", { name: "tasks odd" }).click();
    await expect(page.getByText("Odd").first()).toBeVisible();
    await page.goBack();
    await expect(panelOf(page)).toContainText("JSON that does not parse");
  });

  await test.step("a backup is made, verified and restored in place, the present kept", async () => {
    await page.getByRole("button", { name: "Backups" }).click();
    await expect(page.getByRole("heading", { name: "No backups yet" })).toBeVisible();
    await page.getByRole("button", { name: "Back up now" }).click();
    const made = page.getByRole("row").filter({ hasText: "by hand" });
    await expect(made).toContainText("Not verified");
    await made.getByRole("button", { name: "Verify it" }).click();
    await expect(made).toContainText("Sound, 2 tasks");
    write(file, "INSERT INTO tasks (id, title, task_type) VALUES ('later', 'Later', 'py')");
    await made.getByRole("button", { name: "Restore in place" }).click();
    const ask = page.getByRole("dialog", { name: /^Restore the backup of/ });
    await expect(ask).toContainText("tasks: 3 becomes 2");
    await typeReason(ask, "wrong row");
    await confirm(page);
    await expect(page.getByRole("row").filter({ hasText: "before a restore" })).toBeVisible();
    expect(count(file, "SELECT count(*) FROM tasks")).toBe(2);
    expect(
      count(file, "SELECT count(*) FROM console_audit WHERE act = 'backups.restore' AND reason = 'wrong row'"),
    ).toBe(1);
  });

  await test.step("rules let an old plan go; a dry run says so first; the file is shrunk", async () => {
    write(file, "UPDATE console_plans SET finished_at = 0;");
    await page.getByRole("button", { name: "Retention" }).click();
    await expect(page.getByRole("button", { name: "Remove…" })).toHaveAttribute("aria-disabled", "true");
    await page.getByLabel("But the latest").fill("0");
    await page.getByLabel("Completed plans").fill("30");
    await page.getByRole("heading", { name: "Kept for" }).click();
    await expect(page.getByRole("link", { name: "Nightly" })).toBeVisible();
    await page.getByRole("button", { name: "Remove…" }).click();
    await expect(page.getByRole("dialog", { name: /^Remove 1 plan with 1 task/ })).toContainText("Nightly");
    await confirm(page);
    await expect(page.getByText("Removed 1 plan with 1 task")).toBeVisible();
    expect(count(file, "SELECT count(*) FROM execution_plans")).toBe(0);
    write(
      file,
      `WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n LIMIT 200)
         INSERT INTO events (event_id, event_type, timestamp, source_agent, payload, metadata)
         SELECT 'filler-' || x, 'x', '2026-01-01 00:00:00', 'filler', printf('"%.*c"', 9000, 'x'), '{}' FROM n;
       DELETE FROM events WHERE source_agent = 'filler'`,
    );
    await page.getByRole("button", { name: "Look again" }).click();
    await page.getByRole("button", { name: "Shrink the file…" }).click();
    await expect(page.getByRole("dialog", { name: /^Shrink the file by/ })).toContainText("written anew");
    await confirm(page);
    await expect(page.getByText(/^The file has .* now$/)).toBeVisible();
  });

  await test.step("it is accessible and fits, in both themes", async () => {
    const { look, found } = await createLook(opened);
    await goTo(page, "#/doctor/json");
    await page.keyboard.press("Shift+E");
    await expect(finding(page, "JSON that does not parse")).toContainText("Warning");
    await expect(page.getByRole("status").filter({ hasText: "1 warning" })).toBeVisible();
    await look("doctor");
    await goTo(page, "#/doctor/backups");
    await expect(page.getByRole("row").filter({ hasText: "by hand" })).toBeVisible();
    await look("backups");
    await goTo(page, "#/doctor/retention");
    await expect(page.getByRole("heading", { name: "Would go now" })).toBeVisible();
    await look("retention");
    expect(found).toEqual([]);
  });

  await test.step("who only observes may look at everything, and changes nothing", async () => {
    await opened.quit();
    const seen = await launch({ args: ["--db", file, "--observe"] });
    await goTo(seen.page, "#/doctor/json");
    await expect(seen.page.getByRole("status").filter({ hasText: "Checks that read whole tables" })).toBeVisible();
    await goTo(seen.page, "#/doctor/backups");
    await expect(seen.page.getByRole("button", { name: "Back up now" })).toHaveAttribute("aria-disabled", "true");
    await goTo(seen.page, "#/workers/local-1");
    await expect(panel(seen.page, "Worker").getByRole("button", { name: /^Drain/ })).toHaveAttribute(
      "aria-disabled",
      "true",
    );
    await expect(seen.page.getByText("This window only looks")).toBeVisible();
  });
});
