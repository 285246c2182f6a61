import { execFile } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { answerFileDialogs, electronPath, expect, type OpenConsole, ROOT, test, writePlan } from "../helpers/app";
import { consoleOn, isAlive, openFiles, until } from "../helpers/processes";
import { chooseTask, goTo, launchFile, openTab } from "../helpers/screen";

const ONE = { title: "One alone", subtasks: [{ id: "a", title: "Only step", run: "echo hello" }] };

/** Starts the program as a shell would, where no window is expected: what it says until it ends. */
async function startOnceMore(dataFolder: string, ...args: string[]): Promise<string> {
  const { ELECTRON_RENDERER_URL: _dev, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    electronPath(),
    [ROOT, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), ...args],
    { env: { ...env, HIVE_DATA_DIR: dataFolder }, timeout: 30_000 },
  );
  return stdout;
}

/** Undefined: main's answer got lost, as Playwright says of some; ask again. */
const isVisible = ({ app }: OpenConsole): Promise<boolean | undefined> =>
  app
    .evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())
    .catch((error: unknown) => {
      if (/garbage collected/.test(String(error))) return undefined;
      throw error;
    });

async function hide(opened: OpenConsole): Promise<void> {
  await expect
    .poll(async () => {
      const hiding = opened.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
      await hiding.catch(() => undefined);
      return isVisible(opened);
    })
    .toBe(false);
}

test("two windows on two databases do not disturb each other, and remember each for itself", async ({
  launch,
  folder,
}) => {
  const one = await launch({ args: ["--db", join(folder, "one.db")] });
  const two = await launch({ args: ["--db", join(folder, "two.db")] });
  await expect(one.page.getByRole("button", { name: "Database one.db" })).toBeVisible();
  await expect(two.page.getByRole("button", { name: "Database two.db" })).toBeVisible();
  await launchFile(one, writePlan(folder, ONE));
  await expect(one.page.getByText("Completed").first()).toBeVisible();
  await goTo(two.page, "#/plans");
  await expect(two.page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  await launchFile(two, writePlan(folder, { ...ONE, title: "Another" }, "two.json"));
  await expect(two.page.getByText("Completed").first()).toBeVisible();
  await goTo(two.page, "#/workers");
  await one.quit();
  await expect(two.page.getByRole("heading", { name: "Workers" })).toBeVisible();
  await two.quit();

  const again = await launch({ args: ["--db", join(folder, "one.db")] });
  await expect(again.page.getByRole("heading", { name: "One alone" })).toBeVisible();
});

test("a database that is open comes to the front, with the plan, under whichever name it is opened", async ({
  launch,
  folder,
  dataFolder,
}) => {
  const file = join(folder, "one.db");
  const opened = await launch({ args: ["--db", file] });
  await expect(opened.page.getByRole("button", { name: "Database one.db" })).toBeVisible();
  await hide(opened);
  expect(await startOnceMore(dataFolder, "--db", file)).toContain("its window was brought to the front");
  await expect.poll(() => isVisible(opened)).toBe(true);

  symlinkSync(file, join(folder, "link.db"));
  await hide(opened);
  await startOnceMore(dataFolder, "--db", join(folder, "link.db"), "--plan", writePlan(folder, ONE));
  await expect.poll(() => isVisible(opened)).toBe(true);
  await expect(opened.page.getByText("One alone").first()).toBeVisible();
});

test("another database opens from the menu, in a console of its own that outlives this one", async ({
  launch,
  folder,
  dataFolder,
}) => {
  const opened = await launch({ args: ["--db", join(folder, "one.db")] });
  const other = join(folder, "other.db");
  await answerFileDialogs(opened, other);
  await opened.page.getByRole("button", { name: "Database one.db" }).click();
  await opened.page.getByRole("menuitem", { name: /^Open another database/ }).click();
  await opened.page
    .getByRole("dialog", { name: "Create other.db" })
    .getByRole("button", { name: /^Create it/ })
    .click();
  const started = await until("a second console", () => consoleOn(other));
  // It makes the file once the database is its own.
  await until("its database", () => existsSync(other), 30_000);
  const windowsHeld = openFiles(started).flatMap((file) => /\/windows\/[0-9a-f]+/.exec(file) ?? []);
  expect(new Set(windowsHeld).size, "it holds files of its own window alone").toBe(1);
  await opened.quit();
  expect(isAlive(started)).toBe(true);
  expect(await startOnceMore(dataFolder, "--db", other)).toContain("its window was brought to the front");
  process.kill(started, "SIGTERM");
  await until("the second console to end", () => !isAlive(started));
});

test("nothing moves for who asked for reduced motion", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await launchFile(
    opened,
    writePlan(folder, {
      title: "Busy",
      subtasks: [{ id: "a", title: "Sleeper", run: "until [ -e go ]; do sleep 0.05; done" }],
    }),
    "graph",
  );
  const moving = () =>
    page.evaluate(() =>
      document
        .getAnimations()
        .filter(({ effect }) => Number(effect?.getComputedTiming().duration ?? 0) > 1)
        .map((animation) => (animation instanceof CSSAnimation ? animation.animationName : animation.id)),
    );
  for (const place of ["#/overview", "#/workers", "#/tasks", "#/plans"]) {
    await goTo(page, place);
    await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
    expect(await moving(), place).toEqual([]);
  }
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeVisible();
  expect(await moving(), "palette").toEqual([]);
  writeFileSync(join(folder, "go"), "");
  await page.keyboard.press("Escape");
  await expect(page.getByText("Completed").first()).toBeVisible();
});

test("the theme of the system is followed, a chosen one and the size of the page are kept", async ({ launch }) => {
  const opened = await launch();
  const { page } = opened;
  const root = page.locator("html");
  const scale = ({ page: shown }: OpenConsole) => shown.evaluate(() => Math.round(devicePixelRatio * 100));
  await page.emulateMedia({ colorScheme: "light" });
  await expect(root).toHaveAttribute("data-theme", "dark");
  const button = page.getByRole("button", { name: /^Theme:/ });
  while ((await button.getAttribute("aria-label")) !== "Theme: system") await button.click();
  await expect(root).toHaveAttribute("data-theme", "light");
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(root).toHaveAttribute("data-theme", "dark");
  while ((await button.getAttribute("aria-label")) !== "Theme: light") await button.click();
  await expect(root).toHaveAttribute("data-theme", "light");
  const whole = await scale(opened);
  await page.keyboard.press("Control+=");
  await page.keyboard.press("Control+=");
  await expect.poll(() => scale(opened)).toBe(Math.round(whole * 1.25));
  await page.keyboard.press("Control+-");
  await expect.poll(() => scale(opened)).toBe(Math.round(whole * 1.1));
  await opened.quit();

  const again = await launch();
  await expect(again.page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(again.page.getByRole("navigation", { name: "Main" })).toBeVisible();
  await expect.poll(() => scale(again)).toBe(Math.round(whole * 1.1));
  await again.page.keyboard.press("Control+0");
  await expect.poll(() => scale(again)).toBe(whole);
});

test("a restart comes back to the plan, its tab and the task, and to the filters of the tasks", async ({
  launch,
  folder,
}) => {
  const opened = await launch();
  await goTo(opened.page, `#/tasks?as=table&q=${encodeURIComponent("state:completed")}`);
  await expect(opened.page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
  await launchFile(opened, writePlan(folder, ONE));
  await chooseTask(opened.page, "Only step");
  await openTab(opened.page, "Log");
  await expect(opened.page.getByText("hello", { exact: true })).toBeVisible();
  const left = await opened.page.evaluate(() => location.hash);
  await opened.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Tasks" }).click();
  const selected = (page: Page) => page.getByRole("toolbar", { name: "Selected tasks" });
  // The plan's own tasks have such a row, too.
  await expect(opened.page.getByRole("main").getByRole("heading", { level: 1 })).toHaveText("Tasks");
  await expect(opened.page.getByRole("row").filter({ hasText: "Only step" })).toBeVisible();
  await opened.page.keyboard.press("j");
  await opened.page.keyboard.press("x");
  await expect(selected(opened.page)).toContainText("1 selected");
  await expect.poll(() => opened.page.evaluate(() => localStorage.getItem("tasks-reading"))).toContain('"ids":["');
  await goTo(opened.page, left);
  await expect(opened.page.getByText("hello", { exact: true })).toBeVisible();
  await opened.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 30, y: 40, width: 1111, height: 777 }),
  );
  await opened.requestClose();
  await opened.ended();

  const { app, page } = await launch();
  expect(await page.evaluate(() => location.hash)).toBe(left);
  await expect(page.getByText("hello", { exact: true })).toBeVisible();
  await expect(page.getByRole("tab", { name: /^Tasks/ })).toHaveAttribute("aria-selected", "true");
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toMatchObject({
    width: 1111,
    height: 777,
  });
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Tasks" }).click();
  await expect
    .poll(() => page.evaluate(() => decodeURIComponent(location.hash)))
    .toBe("#/tasks?as=table&q=state:completed");
  await expect(selected(page)).toContainText("1 selected");
  await page.keyboard.press("Alt+ArrowLeft");
  await expect.poll(() => page.evaluate(() => location.hash)).toBe(left);
  await page.keyboard.press("Alt+ArrowRight");
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toHaveText("Tasks");
  // From the tasks themselves the same link starts afresh.
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Tasks" }).click();
  await expect.poll(() => page.evaluate(() => location.hash)).toBe("#/tasks");
});
