import type { Locator, Page } from "@playwright/test";

const WHEEL_STEPS = 60;
const WHEEL_PX = 600;
const KEYS = ["PageDown", "j", "j", "j", "j", "PageDown", "ArrowDown", "PageUp", "k"] as const;
const ROUNDS = 8;

/** Turns the wheel over a list, down through several pages of it and back up. */
export async function byWheel(page: Page, list: Locator): Promise<void> {
  await list.hover();
  for (let step = 0; step < WHEEL_STEPS; step += 1) await page.mouse.wheel(0, WHEEL_PX);
  for (let step = 0; step < WHEEL_STEPS; step += 1) await page.mouse.wheel(0, -WHEEL_PX);
}

/** Moves the cursor through a list, by rows and by pages. */
export async function byKeys(page: Page, list: Locator): Promise<void> {
  await list.focus();
  for (let round = 0; round < ROUNDS; round += 1) for (const key of KEYS) await page.keyboard.press(key);
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  await page.keyboard.press("Escape");
}
