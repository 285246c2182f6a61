import type { Locator, Page } from "@playwright/test";
import { expect, test, writePlan } from "../helpers/app";
import { goTo, launchFile, planBadge } from "../helpers/screen";

const PLAN = {
  title: "Nightly build",
  subtasks: [
    { id: "fetch", title: "Fetch the sources", run: "true" },
    { id: "lint", title: "Lint", dependencies: ["fetch"], run: "exit 3" },
    { id: "pack", title: "Pack everything", dependencies: ["lint"], run: "true" },
  ],
};
const OTHER = { title: "Weekly report", subtasks: [{ id: "pack", title: "Pack the report", run: "true" }] };

const field = (page: Page): Locator => page.getByRole("combobox", { name: /^Search tasks/ });
const option = (page: Page, text: string): Locator => page.getByRole("option").filter({ hasText: text });

test("goes to any plan, task, worker, agent and view, and runs what its keys would", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await launchFile(opened, writePlan(folder, OTHER, "other.json"));
  await expect(planBadge(page)).toHaveText("Completed");
  await launchFile(opened, writePlan(folder, PLAN));
  await expect(planBadge(page)).toHaveText("Partly completed");

  // In a plan, its own tasks come; Tab searches everywhere.
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await page.keyboard.type("pack");
  await expect(option(page, "Pack everything")).toBeVisible();
  await expect(option(page, "Pack the report")).toHaveCount(0);
  await page.keyboard.press("Tab");
  await expect(option(page, "Pack the report")).toBeVisible();
  await option(page, "Pack the report").click();
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector).toContainText("Pack the report");
  await expect(inspector.getByRole("link", { name: "command" })).toHaveAttribute("href", "#/agents/command");

  // What was looked at comes first; a plan by a part of its title.
  await page.keyboard.press("Control+k");
  await expect(option(page, "Pack the report")).toBeVisible();
  await expect(page.getByRole("option").first()).toContainText(/Pack the report|Weekly report/);
  await page.keyboard.type("nightly");
  await page.keyboard.press("Tab");
  await expect(option(page, "Nightly build")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Nightly build" })).toBeVisible();

  // An act of this very view, with the same preview as its button.
  await page.keyboard.press("Control+k");
  await page.keyboard.type(">retry failed");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Retry 1 task of Nightly build?")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("Retry 1 task of Nightly build?")).toHaveCount(0);

  await page.keyboard.press("Control+k");
  await page.keyboard.type("@local");
  await expect(option(page, "local-1")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Workers" })).toBeVisible();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("chief fin");
  await expect(option(page, "Chief Financial Officer")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#\/agents\/cfo$/);

  await page.keyboard.press("Control+k");
  await page.keyboard.type("overview");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("there is no such thing");
  await expect(page.getByText("Nothing matches “there is no such thing”.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(field(page)).toHaveCount(0);
});

test("the sheet of keys lists the palette, and its acts are none that cannot be done", async ({ launch }) => {
  const { page } = await launch();
  await goTo(page, "#/plans");
  await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Shortcuts" })).toContainText("Search and commands");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Search tasks, plans/ }).click();
  await page.keyboard.type(">");
  await expect(option(page, "Launch plan")).toBeVisible();
  await expect(option(page, "Retry failed tasks")).toHaveCount(0);
});
