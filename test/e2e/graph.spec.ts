import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, test, writePlan } from "../helpers/app";
import { largePlan } from "../helpers/large-plan";
import { goTo, launchFile, openPlanTab, planBadge } from "../helpers/screen";

const wait = (file: string): string => `until [ -e ${file} ]; do sleep 0.05; done`;

const PLAN = {
  title: "Small release",
  subtasks: [
    { id: "fetch", title: "Fetch the sources", run: "true" },
    { id: "build", title: "Build everything", dependencies: ["fetch"], run: wait("built") },
    { id: "lint", title: "Lint", dependencies: ["fetch"], run: "exit 3" },
    { id: "sign", title: "Sign the program", dependencies: ["build"], run: wait("signed") },
    { id: "publish", title: "Publish the program", dependencies: ["sign", "lint"], run: "true" },
  ],
};

const graphOf = (page: Page): Locator => page.getByRole("application", { name: /^Graph of/ });
/** What a screen reader is told. */
const told = (page: Page): Locator => graphOf(page).locator("[aria-live=polite]");
const percent = (page: Page): Locator => graphOf(page).getByRole("button", { name: /%$/ });
const inspector = (page: Page): Locator => page.getByRole("complementary", { name: "Task inspector" });

/** The number of nodes drawn, once they are. */
async function expectNodes(page: Page, count: number): Promise<void> {
  await expect(page.locator(`canvas[data-nodes="${count}"]`)).toBeVisible();
}

test("a graph is walked through by keyboard, and tells how its tasks go on", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await launchFile(opened, writePlan(folder, PLAN), "graph");
  await expectNodes(page, 5);
  await graphOf(page).focus();
  await page.keyboard.press("/");
  await page.keyboard.type("fetch");
  await page.keyboard.press("Escape");
  await expect(graphOf(page)).toBeFocused();

  await page.keyboard.press("ArrowLeft");
  await expect(told(page)).not.toBeEmpty();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect(told(page)).toContainText(/^Fetch the sources, completed/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  const first = await told(page).textContent();
  await page.keyboard.press("ArrowDown");
  await expect(told(page)).not.toHaveText(first ?? "");
  const build = (first ?? "").startsWith("Build") ? "ArrowUp" : "ArrowDown";
  await page.keyboard.press(build);
  await expect(told(page)).toContainText(/^Build everything, in progress/);
  await expect(told(page)).toContainText("Waits for Fetch the sources (completed). Before Sign the program (waiting)");

  await page.keyboard.press("Enter");
  await expect(inspector(page)).toContainText("Build everything");
  writeFileSync(join(folder, "built"), "");
  await expect(told(page)).toContainText(/^Build everything, completed/);
  await page.keyboard.press("ArrowRight");
  await expect(inspector(page)).toContainText("Sign the program");
  await expect(told(page)).toContainText(/^Sign the program, in progress/);
  await expect(told(page)).toContainText("Before Publish the program (blocked)");
  await page.keyboard.press("Escape");
  await expect(inspector(page)).toBeHidden();
  writeFileSync(join(folder, "signed"), "");
  await expect(planBadge(page)).toHaveText("Partly completed");
});

test("zoom, place and tab are where they were, whatever happens in between", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await launchFile(opened, writePlan(folder, PLAN), "graph");
  await expectNodes(page, 5);
  await graphOf(page).focus();
  await expect(percent(page)).toHaveText("100 %");
  await page.keyboard.press("+");
  await expect(percent(page)).toHaveText("125 %");
  await graphOf(page).getByRole("button", { name: "Zoom out" }).click();
  await graphOf(page).getByRole("button", { name: "Zoom out" }).click();
  await expect(percent(page)).toHaveText("80 %");
  const box = await graphOf(page).boundingBox();
  if (box === null) throw new Error("the graph is on screen");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.wheel(0, 240);
  await expect(percent(page)).toHaveText("54 %");

  const plan = await page.evaluate(() => window.location.hash);
  await goTo(page, "#/workers");
  await expect(page.getByRole("heading", { name: "Workers" })).toBeVisible();
  await goTo(page, plan.replace(/\?.*/, ""));
  await expect(percent(page)).toHaveText("54 %");
  writeFileSync(join(folder, "built"), "");
  writeFileSync(join(folder, "signed"), "");
  await expect(planBadge(page)).toHaveText("Partly completed");
  await expect(percent(page)).toHaveText("54 %");
  await page.reload();
  await expectNodes(page, 5);
  await expect(percent(page)).toHaveText("54 %");
  await graphOf(page).focus();
  await page.keyboard.press("0");
  await expect(percent(page)).toHaveText("100 %");
});

test("a click opens a task, a search counts what it finds, and what is over folds away", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await launchFile(opened, writePlan(folder, PLAN), "graph");
  await expectNodes(page, 5);
  await page.keyboard.press("/");
  await page.keyboard.type("program");
  const field = page.getByRole("textbox", { name: "Search the graph by title or id" });
  const status = field.locator("xpath=following-sibling::*[@role='status']");
  await expect(status).toHaveText("1 of 2");
  await page.keyboard.press("Enter");
  await expect(status).toHaveText("2 of 2");
  await page.keyboard.press("Enter");
  await expect(status).toHaveText("1 of 2");
  await page.keyboard.type(" nowhere");
  await expect(status).toHaveText("0 of 0");
  await page.keyboard.press("Escape");
  await expect(field).toHaveValue("");

  writeFileSync(join(folder, "built"), "");
  writeFileSync(join(folder, "signed"), "");
  await expect(planBadge(page)).toHaveText("Partly completed");
  await page.getByRole("button", { name: "Collapse finished" }).click();
  await expectNodes(page, 3);
  await graphOf(page).focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect(told(page)).toHaveText("3 completed tasks, folded together.");
  await page.keyboard.press("Enter");
  await expectNodes(page, 5);

  // The only task of another plan is in the middle of its picture.
  const alone = { title: "Alone", subtasks: [{ id: "one", title: "The only one", run: "true" }] };
  await launchFile(opened, writePlan(folder, alone, "alone.json"), "graph");
  await expectNodes(page, 1);
  const box = await graphOf(page).boundingBox();
  if (box === null) throw new Error("the graph is on screen");
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await expect(inspector(page)).toContainText("The only one");
});

test("a plan of 10,000 tasks is a picture in a moment", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  const { title, subtasks } = largePlan(10_000, 19_000);
  const plan = {
    title,
    subtasks: subtasks.map(({ id, title: name, dependencies }) => ({ id, title: name, agent: "noop", dependencies })),
  };
  await launchFile(opened, writePlan(folder, plan), "tasks");
  await expect(planBadge(page)).toHaveText("Completed", { timeout: 45_000 });
  const graphTab = page.getByRole("tab", { name: /^Graph/ });
  const took: number[] = [];
  for (let round = 0; round < 3; round++) {
    await page.reload();
    await expect(page.getByRole("grid", { name: "Tasks" })).toBeVisible();
    took.push(await graphTab.evaluate(timeToPaint));
    await expectNodes(page, 10_000);
    await openPlanTab(page, "tasks");
  }
  await openPlanTab(page, "graph");
  await graphOf(page).focus();
  await page.keyboard.press("0");
  await expect(percent(page)).not.toHaveText("100 %");
  const frames = await page.locator("canvas[data-nodes]").evaluate(panFrames);
  process.stdout.write(
    `graph of 10,000 tasks: first paint after ${took.map((ms) => ms.toFixed(0)).join(", ")} ms; ` +
      `panning over all of it, a frame takes ${frames.median.toFixed(0)} ms (p95 ${frames.p95.toFixed(0)})\n`,
  );
  await page.keyboard.press("/");
  await page.keyboard.type("step 9999");
  await expect(page.getByText("1 of 1", { exact: true })).toBeVisible();
});

/** From the click on a tab until the canvas shows the graph, in milliseconds; in the page. */
async function timeToPaint(tab: HTMLElement | SVGElement): Promise<number> {
  const start = performance.now();
  const painted = new Promise<void>((resolve) => {
    const observer = new MutationObserver(() => {
      if (document.querySelector("canvas[data-nodes]") === null) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  (tab as HTMLElement).click();
  await painted;
  await new Promise((resolve) => requestAnimationFrame(resolve));
  return performance.now() - start;
}

/** How long a frame takes while the picture is moved; in the page. */
async function panFrames(canvas: HTMLElement | SVGElement): Promise<{ median: number; p95: number }> {
  const times: number[] = [];
  for (let frame = 0; frame < 40; frame++) {
    const start = performance.now();
    canvas.dispatchEvent(new WheelEvent("wheel", { deltaX: frame % 2 === 0 ? 12 : -12, cancelable: true }));
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await new Promise((resolve) => setTimeout(resolve));
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { median: times[20] ?? 0, p95: times[38] ?? 0 };
}
