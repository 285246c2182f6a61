import { rmSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { expect, test, writePlan } from "../helpers/app";
import { createLook } from "../helpers/looks";
import { goTo, openPlanFile, planBadge } from "../helpers/screen";

const row = (page: Page, name: string): Locator => page.getByRole("main").getByRole("row").filter({ hasText: name });

test("a plan is scheduled by keyboard, held, launched by hand, and taken away", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await goTo(page, "#/schedules");
  await expect(page.getByRole("heading", { name: "No schedules yet" })).toBeVisible();
  const file = writePlan(folder, {
    title: "Nightly",
    parameters: { depth: { type: "number", default: 1 } },
    subtasks: [{ id: "a", title: "Clean", run: "true" }],
  });
  await openPlanFile(opened, file);
  await page.getByLabel("depth").fill("3");
  await page.getByRole("heading", { name: "Launch plan" }).click();
  await page.keyboard.press("s");

  const dialog = page.getByRole("dialog", { name: "Schedule Nightly" });
  const times = dialog.getByRole("complementary", { name: "Next times" });
  await expect(times.getByText(/^\w{3} \d{4}-\d\d-\d\d 02:30$/)).toHaveCount(5);
  await expect(times).toContainText("depth");
  await dialog.getByLabel("Cron expression").fill("61 * * * *");
  await expect(times.locator("p").first()).toContainText("61");
  await expect(dialog.getByRole("button", { name: /^Schedule/ })).toHaveAttribute("aria-disabled", "true");
  await dialog.getByLabel("Cron expression").fill("0 9 * * 1-5");
  await expect(times.getByText(/^(Mon|Tue|Wed|Thu|Fri) .* 09:00$/)).toHaveCount(5);
  await dialog.getByLabel("Time zone").fill("Nowhere/Land");
  await expect(times.locator("p").first()).toContainText("Nowhere/Land");
  await dialog.getByLabel("Time zone").fill("Europe/Berlin");
  await expect(times.getByText(/09:00$/)).toHaveCount(5);
  await dialog.getByLabel("Name").fill("weekday mornings");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(dialog).toBeHidden();

  await goTo(page, "#/schedules");
  const mornings = row(page, "weekday mornings");
  await expect(mornings).toContainText("Weekdays at 09:00");
  await expect(mornings).toContainText("Not launched yet");
  await page.keyboard.press("j");
  const panel = page.getByRole("complementary", { name: "Schedule" });
  await expect(panel).toContainText("depth");
  await page.keyboard.press("Shift+P");
  await expect(mornings).toContainText("Paused");
  await page.keyboard.press("Shift+P");
  await expect(mornings).not.toContainText("Paused");
  await page.keyboard.press("Shift+E");
  const change = page.getByRole("dialog", { name: "Change the schedule weekday mornings" });
  await change.getByLabel("Cron expression").fill("30 7 * * 1-5");
  await change.getByLabel("depth").fill("4");
  await expect(change.getByText(/07:30$/)).toHaveCount(5);
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(mornings).toContainText("Weekdays at 07:30");
  await page.keyboard.press("Shift+L");
  await expect(mornings).toContainText("Completed");
  await expect(panel).toContainText("by hand");
  await page.keyboard.press("Enter");
  await expect(planBadge(page)).toHaveText("Completed");
  await expect(page.getByRole("heading", { name: "Nightly" })).toBeVisible();

  await page.goBack();
  rmSync(file);
  await expect(panel).toContainText("Its plan cannot be launched as it is now");
  await page.keyboard.press("Shift+X");
  const ask = page.getByRole("dialog", { name: "Delete the schedule weekday mornings?" });
  await expect(ask).toContainText("Plans that it has launched stay");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByRole("heading", { name: "No schedules yet" })).toBeVisible();
});

test("an interval launches by itself, and edits that are not saved are not scheduled", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await openPlanFile(
    opened,
    writePlan(folder, { title: "Poll", subtasks: [{ id: "a", title: "Poll", run: "true" }] }, "poll.json"),
  );
  await page.getByRole("button", { name: /^Schedule/ }).click();
  const dialog = page.getByRole("dialog", { name: "Schedule Poll" });
  await dialog.getByText("Interval").click();
  await dialog.getByLabel("Every").fill("soon");
  await expect(dialog.getByRole("button", { name: /^Schedule/ })).toHaveAttribute("aria-disabled", "true");
  await dialog.getByLabel("Every").fill("2s");
  await expect(dialog.getByRole("listitem")).toHaveCount(5);
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(dialog).toBeHidden();

  await page.getByRole("tab", { name: /^Plan text/ }).click();
  await page.getByRole("textbox", { name: "Plan text" }).click();
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.insertText(" ");
  await expect(page.getByRole("tab", { name: "Plan text, edited" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Schedule/ })).toHaveAttribute("aria-disabled", "true");

  await goTo(page, "#/schedules");
  await expect(row(page, "Poll")).toContainText("Every 2s");
  await expect(row(page, "Poll")).toContainText("Completed", { timeout: 30_000 });
});

test("launch and schedules are accessible and fit, in both themes", async ({ launch, folder }) => {
  test.setTimeout(180_000);
  const opened = await launch();
  const { page } = opened;
  const { look, found } = await createLook(opened);
  const plan = {
    title: "Release",
    subtasks: [
      { id: "build", title: "Build", run: "true" },
      { id: "pack", title: "Pack", run: ["no-such-packer"], dependencies: ["build"] },
    ],
  };
  await openPlanFile(opened, writePlan(folder, plan));
  await expect(page.getByRole("region", { name: "Validation", exact: true })).toContainText("1 problem");
  await look("launch-dry-run");
  await page.getByRole("tab", { name: /^Plan text/ }).click();
  await page.getByRole("textbox", { name: "Plan text" }).click();
  await page.keyboard.insertText("x");
  await expect(page.locator(".cm-lint-marker-error").first()).toBeVisible();
  await look("launch-text");
  await page.keyboard.press("ControlOrMeta+z");
  await expect(page.getByRole("tab", { name: "Plan text", exact: true })).toBeVisible();
  await page.getByRole("button", { name: /^Schedule/ }).click();
  await expect(page.getByRole("dialog").getByText(/^\w{3} \d{4}-\d\d-\d\d 02:30$/)).toHaveCount(5);
  await look("schedule-dialog");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByText("Scheduled Release")).toBeVisible();
  await goTo(page, "#/schedules");
  await expect(row(page, "Release")).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.getByRole("complementary", { name: "Schedule" })).toContainText("Next times");
  await look("schedules");
  expect(found).toEqual([]);
});
