import { join } from "node:path";
import { answerFileDialogs, expect, test } from "../helpers/app";
import { goTo, planBadge } from "../helpers/screen";
import { theBoard } from "../integration/board/board";
import { seedDatabase } from "../seed/database";

test("a first start offers samples, a plan of one's own, a Hive database and a Board's", async ({ launch, folder }) => {
  const board = join(folder, "the_board_state.db");
  theBoard(board, [
    ["plan", "a", "Enter the Norwegian market"],
    ["update_task_status", "$a.COO", "completed"],
  ]);
  const hive = join(folder, "python.db");
  await seedDatabase(hive, { tasks: 10, now: Date.now() });
  const opened = await launch();
  const { page } = opened;
  const main = page.getByRole("main");
  const toast = (text: string) => page.getByRole("region", { name: "Notifications" }).getByText(text);
  const way = (name: string) => main.getByRole("region", { name });

  await test.step("a sample is one click away", async () => {
    await expect(page.getByRole("heading", { name: "No plans yet: four ways to begin" })).toBeVisible();
    await way("Try a sample")
      .getByRole("button", { name: /^Rehearse a release/ })
      .click();
    await expect(main.getByRole("heading", { name: "Rehearse a release" })).toBeVisible();
    await goTo(page, "#/overview");
  });

  await test.step("the guide is a page of the window, with its pictures", async () => {
    await main.getByRole("link", { name: "A first plan, step by step" }).click();
    const guide = page.getByRole("article", { name: "User guide" });
    await expect(guide.getByRole("heading", { name: "Begin", exact: true })).toBeInViewport();
    const picture = guide.getByRole("img").first();
    await expect
      .poll(() => picture.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth > 0))
      .toBe(true);
    await guide.getByRole("link", { name: "The Board" }).first().click();
    await expect(page.getByRole("article", { name: "The Board" }).getByRole("heading").first()).toBeVisible();
    await page.keyboard.press("F1");
    await expect(guide).toBeVisible();
    await page.getByRole("navigation", { name: "Documents" }).getByRole("link", { name: "Keys" }).click();
    await expect(guide.getByRole("heading", { name: "Keys" })).toBeInViewport();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Shortcuts" }).getByRole("button", { name: "User guide" }).click();
    await expect(guide.getByRole("heading", { name: "Keys" })).toBeInViewport();
    await goTo(page, "#/overview");
  });

  await test.step("a Hive database is looked at before it is opened", async () => {
    await answerFileDialogs(opened, hive);
    await way("Open a Hive database").getByRole("button", { name: "Open database…" }).click();
    const dialog = page.getByRole("dialog", { name: "Open python.db" });
    await expect(dialog.getByRole("radio", { name: /^Observe/ })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
  });

  await test.step("what is no Board database is refused and leaves everything as it was", async () => {
    await way("Import from The Board").getByRole("button", { name: "Import…" }).click();
    await expect(toast("The Board could not be imported")).toBeVisible();
    await expect(way("Import from The Board").getByRole("button", { name: "Import…" })).toBeEnabled();
    await answerFileDialogs(opened, null);
    await way("Import from The Board").getByRole("button", { name: "Import…" }).click();
    await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  });

  await test.step("a first plan of one's own runs", async () => {
    await way("Write a plan").getByRole("button", { name: "New plan" }).click();
    await expect(main.getByRole("heading", { name: "Launch plan" })).toBeVisible();
    await expect(main.getByRole("button", { name: /^Launch/ }).last()).toBeEnabled();
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(planBadge(page)).toHaveText("Completed");
  });

  await test.step("a Board database is taken over from the database's menu, too", async () => {
    await answerFileDialogs(opened, board);
    await page.getByRole("button", { name: /^Database / }).click();
    await page.getByRole("menuitem", { name: "Import from The Board…" }).click();
    await expect(toast("1 plan and 4 tasks imported")).toBeVisible();
    await page.getByRole("button", { name: "Show plans" }).click();
    await expect(page.getByRole("row").filter({ hasText: "Enter the Norwegian market" })).toBeVisible();
  });
});
