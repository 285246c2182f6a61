import { errors, expect, type Locator, type Page } from "@playwright/test";
import { answerFileDialogs, type OpenConsole } from "./app";

/** The row of a task in the list of its plan. */
export function taskRow(page: Page, title: string): Locator {
  return page
    .getByRole("grid", { name: "Tasks" })
    .getByRole("row")
    .filter({ has: page.getByTitle(title, { exact: true }) });
}

/** The badge with the state of the plan on screen. */
export function planBadge(page: Page): Locator {
  return page.getByRole("main").getByRole("heading", { level: 1 }).locator("xpath=following-sibling::*[1]");
}

/** Goes to a place of the window by its address. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => {
    window.location.hash = place;
  }, hash);
}

/** Opens the launch view with a plan file, as if it had been chosen in the system's dialog. */
export async function openPlanFile(opened: OpenConsole, file: string): Promise<void> {
  await answerFileDialogs(opened, file);
  await goTo(opened.page, "#/launch");
  await opened.page.getByRole("button", { name: /^Open plan file/ }).click();
}

/** Launches a plan file and waits until its graph, or the list of its tasks, is on screen. */
export async function launchFile(opened: OpenConsole, file: string, tab: "graph" | "tasks" = "tasks"): Promise<void> {
  const { page } = opened;
  await openPlanFile(opened, file);
  // Until then the plan that was shown before it could be launched.
  await expect.poll(() => page.evaluate(() => location.hash)).toContain("file=");
  await page
    .getByRole("main")
    .getByRole("button", { name: /^Launch (?!paused)/ })
    .click();
  await openPlanTab(page, tab);
}

export async function openPlanTab(page: Page, tab: "graph" | "tasks"): Promise<void> {
  await page.getByRole("tab", { name: tab === "graph" ? /^Graph/ : /^Tasks/ }).click();
  if (tab === "tasks") await expect(page.getByRole("grid", { name: "Tasks" })).toBeVisible();
  else await expect(page.locator("canvas[data-nodes]")).toBeVisible();
}

/** Opens a task in the inspector. */
export async function chooseTask(page: Page, title: string): Promise<void> {
  await taskRow(page, title).click();
  await expect(page.getByRole("complementary", { name: "Inspector" })).toBeVisible();
}

export async function openTab(page: Page, name: "Summary" | "Log" | "Attempts"): Promise<void> {
  await page.getByRole("tab", { name: new RegExp(`^${name}`) }).click();
}

/** What can be taken back waits five seconds before it is done: does the latest at once, if it is not done by then. */
export async function doNow(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: "Do it now" }).first();
  await button.click({ timeout: 6_000 }).catch((error: unknown) => {
    if (!(error instanceof errors.TimeoutError)) throw error;
  });
}

/** Types why into a dialog that asks about an act, as soon as its field has the focus by itself. */
export async function typeReason(dialog: Locator, reason: string): Promise<void> {
  await expect(dialog.getByRole("textbox", { name: /^Reason/ })).toBeFocused();
  await dialog.page().keyboard.type(reason);
}

/** Clicks what ends the program, and answers its exit code: the page may be gone before the click has reported back. */
export async function clickToEnd(opened: OpenConsole, name: string | RegExp): Promise<number | null> {
  const button = opened.page.getByRole("button", { name });
  await expect(button).toBeEnabled();
  const click = button.click().catch(() => undefined);
  const code = await opened.ended();
  await click;
  return code;
}
