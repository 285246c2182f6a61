import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, type OpenConsole, test, writePlan } from "../helpers/app";
import { largePlan } from "../helpers/large-plan";
import { launchFile, planBadge } from "../helpers/screen";

const wait = (file: string): string => `until [ -e ${file} ]; do sleep 0.05; done`;

const PLAN = {
  title: "Small release",
  parameters: { target: { type: "choice", choices: ["linux", "mac"], default: "linux" } },
  subtasks: [
    { id: "fetch", title: "Fetch the sources", run: "true" },
    { id: "build", title: "Build everything", dependencies: ["fetch"], run: wait("built") },
    {
      id: "flaky",
      title: "Test",
      dependencies: ["fetch"],
      retries: { count: 1, backoff: "100ms" },
      run: "test -e fixed",
    },
    {
      id: "gate",
      title: "Approve it",
      dependencies: ["build"],
      agent: "approval",
      approval: { instructions: "Ship?" },
    },
  ],
};

const timeline = (page: Page): Locator => page.getByRole("application", { name: /^Timeline of/ });
const told = (page: Page): Locator => timeline(page).locator("[aria-live=polite]");
const tab = (page: Page, name: string): Locator => page.getByRole("tab", { name: new RegExp(`^${name}`) });

test("a plan is held, cancelled, walked through in time, and its events lead to its tasks", async ({
  launch,
  folder,
}) => {
  const opened = await launch();
  await test.step("it is held and let go, and cancelled once it was seen what that stops", () =>
    holdAndCancel(opened, folder));
  await test.step("its timeline is walked through with the keys, told in words, live", () =>
    walkThroughTime(opened, folder));
  rmSync(join(folder, "built"));
  await test.step("its events come as they happen, by topic, and lead to their tasks", () =>
    followEvents(opened, folder));
});

async function walkThroughTime(opened: OpenConsole, folder: string): Promise<void> {
  const { page } = opened;
  await launchFile(opened, writePlan(folder, PLAN));
  await tab(page, "Timeline").click();
  await expect(page.locator("canvas[data-rows='4']")).toBeVisible();
  await page.getByRole("button", { name: "By task" }).click();
  await timeline(page).focus();
  await page.keyboard.press("j");
  await expect(told(page)).toContainText("Fetch the sources, completed, attempt 1, worker local-");
  await expect(told(page)).toContainText("unblocks Build everything, Test");
  // Rows stand by begin: the flaky one and the build began after it.
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(told(page)).toContainText("Approve it, waiting, waits for Build everything");
  writeFileSync(join(folder, "built"), "");
  await expect(told(page)).toContainText("Approve it, review, asked");
  for (const keys of ["+", "+", "ArrowRight", "t", "-", "0", "g", "g"]) await page.keyboard.press(keys);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary", { name: "Inspector" })).toContainText("Approve it");
}

async function followEvents(opened: OpenConsole, folder: string): Promise<void> {
  const { page } = opened;
  await launchFile(opened, writePlan(folder, PLAN));
  await tab(page, "Events").click();
  const grid = page.getByRole("grid", { name: "Events" });
  await expect(grid.getByRole("row").filter({ hasText: "task.failed" }).first()).toContainText("flaky");
  writeFileSync(join(folder, "built"), "");
  await expect(grid.getByRole("row").filter({ hasText: "review.requested" })).toContainText("gate");
  await page.getByRole("button", { name: "*.failed" }).click();
  await expect(grid.getByRole("row").filter({ hasText: "task.completed" })).toHaveCount(0);
  await grid.getByRole("row").filter({ hasText: "task.failed" }).first().click();
  await expect(page.getByRole("region", { name: "Event" })).toContainText('"subtask_id": "flaky"');
  await page.keyboard.press("o");
  await expect(page.getByRole("complementary", { name: "Inspector" })).toContainText("Test");
  const topic = page.getByRole("textbox", { name: /^Types of events/ });
  await topic.fill("deployment.*");
  await topic.press("Enter");
  await expect(page.getByRole("heading", { name: "No event matches" })).toBeVisible();
  await page.getByRole("button", { name: "Show all types" }).click();
  await expect(grid).toBeVisible();
}

test("what was launched is shown beside how it went before", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  writeFileSync(join(folder, "built"), "");
  const file = writePlan(folder, PLAN);
  await launchFile(opened, file);
  await expect(page.getByRole("button", { name: /^Retry failed/ })).toBeEnabled();
  await tab(page, "Definition").click();
  await expect(page.getByRole("region", { name: "Plan text" })).toContainText('"title": "Small release"');
  await expect(page.getByRole("complementary", { name: "What was launched" })).toContainText("targetlinux");
  await expect(page.getByText("There is no other run of this plan")).toBeVisible();

  writeFileSync(join(folder, "fixed"), "");
  await launchFile(opened, file);
  await tab(page, "Definition").click();
  await page.getByRole("combobox", { name: /With another run/ }).selectOption({ index: 1 });
  const comparison = page.getByRole("region", { name: "Comparison", exact: true });
  await expect(comparison).toContainText("They went apart at Test: completed here, failed after 2 attempts there.");
  await page.getByRole("switch", { name: "Only differences" }).click();
  await expect(comparison.getByRole("row")).toHaveCount(2);
});

async function holdAndCancel(opened: OpenConsole, folder: string): Promise<void> {
  const { page } = opened;
  await launchFile(opened, writePlan(folder, PLAN));
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(planBadge(page)).toHaveText("Paused");
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(planBadge(page)).toHaveText("In progress");
  await page.keyboard.press("Shift+X");
  const dialog = page.getByRole("dialog", { name: /^Cancel \d tasks of Small release\?/ });
  await expect(dialog).toContainText("Build everything");
  await page.keyboard.press("Control+Enter");
  await expect(planBadge(page)).toHaveText("Cancelled");
}

test("10,000 attempts are a picture in a moment", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  const { title, subtasks } = largePlan(10_000, 19_000);
  const plan = {
    title,
    subtasks: subtasks.map(({ id, title: name, dependencies }) => ({ id, title: name, agent: "noop", dependencies })),
  };
  await launchFile(opened, writePlan(folder, plan), "tasks");
  await expect(planBadge(page)).toHaveText("Completed", { timeout: 90_000 });
  const start = Date.now();
  await tab(page, "Timeline").click();
  const canvas = page.locator("canvas[data-rows='10000']");
  await expect(canvas).toBeVisible();
  const first = Date.now() - start;
  const frames = await canvas.evaluate(scrollFrames);
  process.stdout.write(
    `timeline of 10,000 attempts: on screen after ${first} ms; scrolling, a frame takes ${frames.median.toFixed(0)} ms (p95 ${frames.p95.toFixed(0)})\n`,
  );
  await timeline(page).focus();
  await page.keyboard.press("j");
  await expect(told(page)).toContainText("completed, attempt 1");
});

/** How long a frame takes while the rows are scrolled through; in the page. */
async function scrollFrames(canvas: HTMLElement | SVGElement): Promise<{ median: number; p95: number }> {
  const times: number[] = [];
  const scroller = canvas.parentElement;
  for (let frame = 0; frame < 40 && scroller !== null; frame++) {
    const begin = performance.now();
    scroller.scrollTop += 400;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await new Promise((resolve) => setTimeout(resolve));
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  return { median: times[20] ?? 0, p95: times[38] ?? 0 };
}
