import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, test, writePlan } from "../helpers/app";
import { doNow, goTo, launchFile } from "../helpers/screen";

const wait = (file: string): string => `until [ -e ${file} ]; do sleep 0.05; done`;

const PLAN = {
  title: "Small release",
  subtasks: [
    { id: "fails", title: "Sync the catalogue", run: "test -e fixed" },
    { id: "behind", title: "Publish the catalogue", dependencies: ["fails"], run: "true" },
    { id: "gate", title: "Approve the release", agent: "approval", approval: { instructions: "Good enough?" } },
    { id: "ship", title: "Ship it", dependencies: ["gate"], run: wait("go") },
  ],
};

const attention = (page: Page): Locator => page.getByRole("list", { name: "Needs attention" });
const item = (page: Page, title: string): Locator => attention(page).getByRole("listitem").filter({ hasText: title });
const stateCount = (page: Page, word: string): Locator =>
  page.getByRole("list", { name: "Tasks by state" }).getByRole("listitem").filter({ hasText: word }).locator("b");

test("the window begins with what wants a person, and each is settled beside its line", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  await launchFile(opened, writePlan(folder, PLAN));
  await goTo(page, "#/overview");
  await expect(item(page, "Sync the catalogue")).toContainText("1/1 attempts spent. Exit code 1. Blocks 1 task.");
  await expect(item(page, "Approve the release")).toContainText("Good enough?");
  await expect(page.getByRole("link", { name: /^Overview/ })).toContainText("2");
  await expect(stateCount(page, "Failed")).toHaveText("1");
  await expect(stateCount(page, "Review")).toHaveText("1");
  await expect(page.getByRole("row").filter({ hasText: "Small release" })).toContainText("0 / 4");

  // The review first: it is more urgent. By keys alone.
  await page.keyboard.press("j");
  await expect(page.locator("[data-current]")).toContainText("Approve the release");
  await page.keyboard.press("Shift+A");
  await expect(page.getByText("It completes; 1 task waited for it.")).toBeVisible();
  // Taken back by its key, nothing has happened; the second time it is meant.
  await page.keyboard.press("z");
  await expect(page.getByText("It completes; 1 task waited for it.")).toHaveCount(0);
  await expect(item(page, "Approve the release")).toContainText("Good enough?");
  await page.keyboard.press("Shift+A");
  await expect(item(page, "Approve the release")).toContainText("It is done in a moment");
  await doNow(page);
  await expect(page.getByText("Approve the release is approved")).toBeVisible();
  await expect(item(page, "Approve the release").filter({ hasText: "Good enough?" })).toHaveCount(0);
  await expect(page.getByRole("row").filter({ hasText: "Small release" })).toContainText("1 / 4");

  writeFileSync(join(folder, "fixed"), "");
  await item(page, "Sync the catalogue").getByRole("button", { name: "Retry Sync the catalogue" }).click();
  await expect(page.getByText("Sync the catalogue is queued again")).toBeVisible();
  // It stays where it was while the pointer is on it.
  await expect(item(page, "Sync the catalogue")).toContainText("It needs nobody any more.");
  await expect(page.getByRole("row").filter({ hasText: "Small release" })).toContainText("3 / 4");
  writeFileSync(join(folder, "go"), "");
  await expect(page.getByText("No plan is running.")).toBeVisible();
  await page.mouse.move(5, 400);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("heading", { name: "Nothing needs attention" })).toBeVisible();
  await expect(stateCount(page, "Completed")).toHaveText("4");
});

test("attempts are counted over time, by range, and told in words", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  const subtasks = [1, 2, 3].map((id) => ({ id: `t${id}`, run: id === 2 ? "exit 1" : "true" }));
  await launchFile(opened, writePlan(folder, { title: "Three", subtasks }));
  await goTo(page, "#/overview");
  const chart = (range: string): Locator =>
    page.getByRole("img", { name: new RegExp(`^Chart of the last ${range}: 2 completed and 1 failed`) });
  await expect(chart("24 h")).toBeVisible();
  await page.getByRole("button", { name: "1 h" }).click();
  await expect(chart("1 h")).toBeVisible();
  await expect(page.getByText("66.7")).toBeVisible();
  await page.reload();
  await expect(chart("1 h")).toBeVisible();
});

test("every worker has its light, and a count leads to the tasks that it counts", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await launchFile(opened, writePlan(folder, PLAN));
  await goTo(page, "#/overview");
  const workers = page.getByRole("list", { name: "Workers" }).getByRole("listitem");
  await expect(workers.first()).toContainText("local-");
  await page.getByRole("list", { name: "Tasks by state" }).getByRole("link").filter({ hasText: "Failed" }).click();
  await expect(page.getByRole("heading", { name: "Tasks" })).toBeVisible();
  await expect(page.getByText("Sync the catalogue").first()).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
});
