import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, writePlan } from "../helpers/app";
import { isAlive, until } from "../helpers/processes";
import { chooseTask, clickToEnd, goTo, launchFile, openPlanTab, openTab, taskRow } from "../helpers/screen";

const PLAN = {
  title: "Wait for a sign",
  subtasks: [
    {
      id: "wait",
      title: "Wait",
      run: "echo $$ > pid.new; mv pid.new pid; echo waiting; until [ -e go ]; do sleep 0.05; done; echo seen",
    },
    { id: "after", title: "Go on", dependencies: ["wait"], run: "echo on we go" },
  ],
};

async function pidOf(folder: string): Promise<number> {
  await until("the task to start", () => existsSync(join(folder, "pid")));
  return Number(readFileSync(join(folder, "pid"), "utf8"));
}

test("closing while a task runs asks, and staying changes nothing", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await launchFile(opened, writePlan(folder, PLAN));
  const pid = await pidOf(folder);
  await opened.requestClose();
  await expect(page.getByText("Close while 1 task runs?")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("Close while 1 task runs?")).toBeHidden();
  expect(isAlive(pid)).toBe(true);
  writeFileSync(join(folder, "go"), "");
  await expect(taskRow(page, "Go on")).toContainText("Completed");
});

test("tasks left running end by themselves, and the next start has the whole story", async ({ launch, folder }) => {
  const first = await launch();
  await launchFile(first, writePlan(folder, PLAN));
  const pid = await pidOf(folder);
  await first.requestClose();
  expect(await clickToEnd(first, "Leave it running")).toBe(0);
  expect(isAlive(pid)).toBe(true);

  // It ends while no console is there to see it.
  writeFileSync(join(folder, "go"), "");
  await until("the task to end", () => !isAlive(pid));

  const { page } = await launch();
  await goTo(page, "#/plans");
  await page.getByRole("grid", { name: "Plans" }).getByText("Wait for a sign").click();
  await openPlanTab(page, "tasks");
  await expect(taskRow(page, "Wait")).toContainText("Completed");
  await expect(taskRow(page, "Go on")).toContainText("Completed");
  await chooseTask(page, "Wait");
  await openTab(page, "Log");
  await expect(page.getByText("seen", { exact: true })).toBeVisible();
  await openTab(page, "Attempts");
  await expect(page.getByText("Attempt 1", { exact: true })).toBeVisible();
  await expect(page.getByText("exit code 0")).toBeVisible();
});

test("tasks stopped at closing are gone and recorded", async ({ launch, folder }) => {
  const first = await launch();
  await launchFile(first, writePlan(folder, PLAN));
  const pid = await pidOf(folder);
  await first.requestClose();
  expect(await clickToEnd(first, "Stop it and close")).toBe(0);
  expect(isAlive(pid)).toBe(false);

  const { page } = await launch();
  await goTo(page, "#/plans");
  await page.getByRole("grid", { name: "Plans" }).getByText("Wait for a sign").click();
  await openPlanTab(page, "tasks");
  await expect(taskRow(page, "Wait")).toContainText("Cancelled");
});

test("a page that hangs does not keep the window open", async ({ launch, folder }) => {
  const opened = await launch();
  await launchFile(opened, writePlan(folder, PLAN));
  const pid = await pidOf(folder);
  await opened.app.evaluate(({ dialog }) => {
    dialog.showMessageBox = async () => ({ response: 1, checkboxChecked: false });
  });
  const hanging = opened.page.waitForEvent("console", (message) => message.text() === "hanging");
  const hang = opened.page.evaluate(() => {
    // biome-ignore lint/suspicious/noConsole: how the test hears of it from a page that answers no more
    console.log("hanging");
    for (;;);
  });
  hang.catch(() => undefined);
  await hanging;
  await opened.requestClose();
  expect(await opened.ended()).toBe(0);
  expect(isAlive(pid)).toBe(false);
});

test("nothing runs: the window closes at once and comes back where it was", async ({ launch }) => {
  const first = await launch();
  await expect(first.page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  const bounds = { x: 40, y: 30, width: 1210, height: 740 };
  await first.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), bounds);
  await first.requestClose();
  expect(await first.ended()).toBe(0);
  const second = await launch();
  await expect(second.page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  const now = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  expect(now).toMatchObject({ width: bounds.width, height: bounds.height });

  // Electron's own answer to it is a box that holds main until somebody clicks.
  await second.app.evaluate(() => {
    setTimeout(() => {
      throw new Error("nobody catches this");
    });
  });
  await until("the error to be told of", () => second.stderr().includes("nobody catches this"));
  await second.requestClose();
  expect(await second.ended()).toBe(0);
});
