import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, type OpenConsole, test, writePlan } from "../helpers/app";
import { chooseTask, launchFile, planBadge } from "../helpers/screen";

const inspector = (page: Page): Locator => page.getByRole("region", { name: "Task", exact: true });
const clipboard = ({ app }: OpenConsole): Promise<string> => app.evaluate(({ clipboard: board }) => board.readText());

test("a log of 100 MB is searched whole while the window stays quick, and saved", async ({ launch, folder }) => {
  test.setTimeout(180_000);
  const opened = await launch();
  const { page, app } = opened;
  const size = 100_000_000;
  const run = [
    "echo needle one",
    `yes 'an ordinary line of the output of some long build' | head -c ${size / 2}`,
    "echo; echo 'main.c:3: error: needle two'",
    `yes 'an ordinary line of the output of some long build' | head -c ${size / 2}`,
    "echo; echo needle three",
  ].join("; ");
  await launchFile(opened, writePlan(folder, { title: "Long", subtasks: [{ id: "talk", title: "Talk", run }] }));
  await expect(planBadge(page)).toHaveText("Completed", { timeout: 60_000 });
  await chooseTask(page, "Talk");
  await page.keyboard.press("2");
  await expect(inspector(page).getByText("needle three")).toBeVisible();

  await page.evaluate(() => {
    const slowest = { frame: 0, call: 0 };
    Object.assign(window, { slowest });
    let last = performance.now();
    const beat = (now: number): void => {
      slowest.frame = Math.max(slowest.frame, now - last);
      last = now;
      requestAnimationFrame(beat);
    };
    requestAnimationFrame(beat);
    const ask = async (): Promise<void> => {
      const start = performance.now();
      await window.hive.call("app.info", {});
      slowest.call = Math.max(slowest.call, performance.now() - start);
      setTimeout(() => void ask(), 20);
    };
    void ask();
  });
  await page.keyboard.press("/");
  const asked = performance.now();
  await page.keyboard.insertText("NEEDLE");
  await expect(inspector(page).getByText("3 found")).toBeVisible({ timeout: 60_000 });
  const searched = performance.now() - asked;
  const { frame, call } = await page.evaluate(
    () => (window as unknown as { slowest: { frame: number; call: number } }).slowest,
  );
  const figures = [searched, frame, call].map((ms) => `${ms.toFixed(0)} ms`);
  process.stdout.write(`log of 100 MB: searched in ${figures[0]}; slowest frame ${figures[1]}, answer ${figures[2]}\n`);
  expect(call, "main answers while it searches").toBeLessThan(2_000);
  expect(frame, "no frame waits for the search").toBeLessThan(2_000);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(inspector(page).getByText("2 of 3")).toBeVisible();
  await expect(inspector(page).getByText("main.c:3: error:")).toBeVisible();
  await expect(inspector(page).getByRole("switch", { name: "Follow" })).not.toBeChecked();

  await page.keyboard.press("Escape");
  await page.keyboard.press("f");
  await expect(inspector(page).getByText("needle three")).toBeVisible();
  await page.keyboard.press("!");
  await expect(inspector(page).getByText("main.c:3: error:")).toBeVisible({ timeout: 60_000 });

  const saved = join(folder, "saved.log");
  await app.evaluate(({ dialog }, file) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath: file });
  }, saved);
  await inspector(page).getByRole("button", { name: "Save as…" }).click();
  await expect(page.getByText(/^Saved 100 MB/)).toBeVisible();
  expect(statSync(saved).size).toBeGreaterThan(size);
});

test("a search of a log that grows goes on with it, and can be given up", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  const run = [
    "yes 'an ordinary line of the output of some long build' | head -c 9000000",
    "echo; echo needle one",
    "until [ -e more ]; do sleep 0.05; done",
    "echo needle two",
    "until [ -e go ]; do sleep 0.05; done",
  ].join("; ");
  await launchFile(opened, writePlan(folder, { title: "Long", subtasks: [{ id: "talk", title: "Talk", run }] }));
  await chooseTask(page, "Talk");
  await page.keyboard.press("2");
  await expect(inspector(page).getByText("needle one")).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.insertText("needle");
  await expect(inspector(page).getByText("1 found")).toBeVisible();
  writeFileSync(join(folder, "more"), "");
  await expect(inspector(page).getByText("2 found")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(inspector(page).getByText("1 of 2")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(inspector(page).getByText("1 of 2")).toHaveCount(0);

  await inspector(page).getByRole("button", { name: "Copy", exact: true }).click();
  await expect(page.getByRole("menuitem", { name: "Copy all" })).toHaveAttribute("aria-disabled", "true");
  await page.keyboard.press("Escape");
  await inspector(page).locator("[data-line]").last().click();
  await inspector(page).getByRole("button", { name: "Copy", exact: true }).click();
  await page.getByRole("menuitem", { name: /^Copy line/ }).click();
  await expect.poll(() => clipboard(opened)).toMatch(/needle|ordinary/);
  writeFileSync(join(folder, "go"), "");
  await expect(planBadge(page)).toHaveText("Completed");
});
