import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { expect, test, writePlan } from "../helpers/app";
import { commandOf, isAlive, until } from "../helpers/processes";
import { chooseTask, doNow, launchFile, openPlanTab, openTab, planBadge, taskRow, typeReason } from "../helpers/screen";

/** Writes its own pid, its child's and its grandchild's to `pids`, then waits for ever. */
const FAMILY = `echo $$ > pids.new
sh -c 'echo $$ >> pids.new; sleep 3600 & echo $! >> pids.new; mv pids.new pids; wait' &
wait`;

/** The pids that the family task has written, once it has. */
async function familyOf(folder: string): Promise<number[]> {
  const file = join(folder, "pids");
  await until("the task to write its pids", () => existsSync(file));
  return readFileSync(file, "utf8").trim().split("\n").map(Number);
}

test("a sample plan is launched by keyboard and runs to its end before the operator's eyes", async ({ launch }) => {
  const { page } = await launch();
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await page.getByRole("button", { name: /Rehearse a release/ }).press("Enter");
  const start = page.getByRole("main").getByRole("button", { name: /^Launch (?!paused)/ });
  await expect(start).toBeEnabled();
  await page.keyboard.press("ControlOrMeta+Enter");

  await expect(page.getByRole("heading", { name: "Rehearse a release" })).toBeVisible();
  await openPlanTab(page, "tasks");
  await expect(page.getByRole("row").filter({ hasText: "In progress" }).first()).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "Waiting" }).first()).toBeVisible();
  await expect(planBadge(page)).toHaveText("Completed", { timeout: 45_000 });
  expect(await page.evaluate(() => "sameDocument" in window), "the page was never loaded again").toBe(true);
});

test("a log is read while it is written", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  const plan = writePlan(folder, {
    title: "Talk",
    subtasks: [
      {
        id: "talk",
        title: "Talk slowly",
        run: "echo first words; until [ -e go ]; do sleep 0.05; done; echo last words",
      },
    ],
  });
  await launchFile(opened, plan);
  await chooseTask(page, "Talk slowly");
  await openTab(page, "Log");
  await expect(page.getByText("first words")).toBeVisible();
  await expect(page.getByText("last words")).toBeHidden();
  await expect(taskRow(page, "Talk slowly")).toContainText("In progress");
  writeFileSync(join(folder, "go"), "");
  await expect(page.getByText("last words")).toBeVisible();
  await expect(taskRow(page, "Talk slowly")).toContainText("Completed");
});

test("a cancelled task is gone from the machine with everything it started, and can be retried", async ({
  launch,
  folder,
}) => {
  const opened = await launch();
  const { page } = opened;
  await launchFile(
    opened,
    writePlan(folder, { title: "Family", subtasks: [{ id: "family", title: "Raise a family", run: FAMILY }] }),
  );
  await chooseTask(page, "Raise a family");
  const first = await familyOf(folder);
  expect(first).toHaveLength(3);
  expect(first.map(isAlive)).toEqual([true, true, true]);

  await page.keyboard.press("Shift+X");
  const dialog = page.getByRole("dialog", { name: "Cancel 1 running task?" });
  await expect(dialog).toBeVisible();
  await expect(dialog).toContainText("Raise a family");
  await typeReason(dialog, "no longer needed");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(taskRow(page, "Raise a family")).toContainText("Cancelled");
  await expect(taskRow(page, "Raise a family")).toContainText("no longer needed");
  expect(first.filter(isAlive).map(commandOf)).toEqual([]);

  rmSync(join(folder, "pids"));
  await page.keyboard.press("Shift+R");
  await doNow(page);
  await expect(taskRow(page, "Raise a family")).toContainText("In progress");
  const second = await familyOf(folder);
  expect(second.map(isAlive)).toEqual([true, true, true]);
  expect(second).not.toEqual(first);
  await openTab(page, "Attempts");
  await expect(page.getByText("Attempt 2", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Compare" }).last().press("Enter");
  const comparison = page.getByRole("dialog", { name: "Attempts of Raise a family" });
  await expect(comparison.getByRole("row", { name: /^State/ })).toContainText("Cancelled");
  await expect(comparison.getByRole("row", { name: /^Ran/ })).toContainText("the same");
  await expect(comparison.getByRole("row", { name: /^End/ })).toContainText("still running");
  await page.keyboard.press("Escape");

  await page.keyboard.press("Shift+X");
  await expect(dialog).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(taskRow(page, "Raise a family")).toContainText("Cancelled");
  expect(second.filter(isAlive).map(commandOf)).toEqual([]);
});

test("a task inherits nothing of the window: no descriptors, no priority, no variables", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  // The first commands are started by the window itself, later ones by a small process of its own.
  const run = (to: string): string =>
    `mkdir ${to}; cd ${to}; ls -l /proc/$$/fd > fds; nice > nice; env > env; cat /proc/$PPID/cmdline > parent`;
  const chain = ["look", "two", "three", "four", "again"].map((id, at, all) => ({
    id,
    title: id,
    run: id === "look" || id === "again" ? run(id) : "true",
    dependencies: all.slice(Math.max(0, at - 1), at),
  }));
  await launchFile(opened, writePlan(folder, { title: "Look around", subtasks: chain }));
  await expect(taskRow(page, "again")).toContainText("Completed");
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  for (const task of ["look", "again"]) {
    expect(read(`${task}/fds`).match(/socket:|pipe:|leveldb|\.pak|hive\.db$/gm) ?? []).toEqual([]);
    expect(Number(read(`${task}/nice`))).toBe(getPriority());
    expect(read(`${task}/env`)).not.toMatch(/^(ELECTRON_|CHROME_|HIVE_DATA_DIR|HIVE_SQLITE|HIVE_ELECTRON)/m);
  }
  expect(read("look/parent")).not.toContain("hive-spawn");
  expect(read("again/parent")).toContain("hive-spawn");
});
