import { join } from "node:path";
import Database from "better-sqlite3";
import { answerFileDialogs, expect, type OpenConsole, test, writePlan } from "../helpers/app";
import { chooseTask, clickToEnd, goTo, launchFile, openPlanFile, openTab, taskRow } from "../helpers/screen";

test("a window is moved through, read and acted in by keys, and hides nothing", async ({
  launch,
  folder,
  dataFolder,
}) => {
  const opened = await launch();
  // In the empty database: it comes back to where there are no plans yet.
  await test.step("the launch view's keys act also without a plan", () => actWithoutPlan(opened, folder));
  await test.step("the cursor's row of a long list is in full view", () => moveThroughLongList(opened, folder));
  await test.step("a log whose last line follows an enormous one is shown whole; a search sees what is not loaded", () =>
    readLongLogs(opened, folder));
  await test.step("a toast lies on no button of the log or of the launch view", () => seeToast(opened, folder));
  await test.step("a plan in the list names everything in it that wants a person", () =>
    nameAllTroubles(opened, folder));
  await test.step("a worker that falls silent is shown stale without anybody writing a row", () =>
    seeSilentWorker(opened, join(dataFolder, "hive.db")));
});

async function moveThroughLongList(opened: OpenConsole, folder: string): Promise<void> {
  const { page } = opened;
  const subtasks = Array.from({ length: 80 }, (_, index) => ({ id: `t${index}`, agent: "noop" }));
  await launchFile(opened, writePlan(folder, { title: "Long", subtasks }));
  const grid = page.getByRole("grid", { name: "Tasks" });
  await grid.focus();
  const cursor = grid.locator('tr[aria-selected="true"]');
  const hidden = () =>
    cursor.evaluate((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      const head = row.closest("table")?.querySelector("thead")?.getBoundingClientRect();
      const view = row.closest("table")?.parentElement?.getBoundingClientRect();
      return Math.max(0, (head?.bottom ?? 0) - top, bottom - (view?.bottom ?? 0));
    });
  for (let step = 0; step <= 60; step += 1) await page.keyboard.press("j");
  await expect(cursor).toContainText("t60");
  await expect.poll(hidden).toBe(0);
  for (let step = 0; step < 50; step += 1) await page.keyboard.press("k");
  await expect(cursor).toContainText("t10");
  await expect.poll(hidden).toBe(0);
}

async function actWithoutPlan(opened: OpenConsole, folder: string): Promise<void> {
  const { page } = opened;
  await openPlanFile(opened, join(folder, "no-such-plan.yaml"));
  await expect(page.getByText("The plan could not be read")).toBeVisible();
  await answerFileDialogs(opened, writePlan(folder, { title: "Found", subtasks: [{ id: "a", run: "true" }] }));
  await page.keyboard.press("o");
  await expect(page.getByRole("heading", { name: "Found" })).toBeVisible();
  await openPlanFile(opened, join(folder, "no-such-plan.yaml"));
  await expect(page.getByText("The plan could not be read")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
}

async function readLongLogs(opened: OpenConsole, folder: string): Promise<void> {
  const { page } = opened;
  await launchFile(
    opened,
    writePlan(folder, {
      title: "Talkers",
      subtasks: [
        { id: "wide", title: "Wide", run: "echo first; head -c 300000 /dev/zero | tr '\\0' x; echo; echo last" },
        { id: "long", title: "Long", run: "seq -f 'line %.0f of many' 1 50000" },
      ],
    }),
  );
  await expect(taskRow(page, "Long")).toContainText("Completed");
  await chooseTask(page, "Wide");
  await openTab(page, "Log");
  await expect(page.getByText(/^3 lines, /)).toBeVisible();
  await expect(page.getByText("last", { exact: true })).toBeVisible();

  await chooseTask(page, "Long");
  await expect(page.getByText("line 50000 of many")).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("line 7 of many");
  await expect(page.getByText("1 found")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "1 of 1" })).toBeVisible();
  await expect(page.getByText("line 8 of many")).toBeVisible();
}

async function seeToast(opened: OpenConsole, folder: string): Promise<void> {
  const { page } = opened;
  await launchFile(
    opened,
    writePlan(folder, { title: "One", subtasks: [{ id: "a", title: "Sleeper", run: "echo up; sleep 3600" }] }),
  );
  await chooseTask(page, "Sleeper");
  await openTab(page, "Log");
  await page.keyboard.press("Shift+X");
  await expect(page.getByText("Cancel 1 running task?")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  const toast = page.getByRole("dialog", { name: "Sleeper is being stopped" });
  await expect(toast).toBeVisible();
  const top = async (name: RegExp) => (await page.getByRole("button", { name }).last().boundingBox())?.y ?? 0;
  const bottom = async () => {
    const box = await toast.boundingBox();
    return (box?.y ?? 0) + (box?.height ?? 0);
  };
  const save = await top(/^Save as/);
  await expect.poll(async () => (await bottom()) <= save).toBe(true);
  await goTo(page, "#/launch");
  expect(await bottom()).toBeLessThanOrEqual(await top(/^Launch (?!paused)/));
}

async function seeSilentWorker({ page }: OpenConsole, file: string): Promise<void> {
  const database = new Database(file);
  database
    .prepare(
      `INSERT INTO workers (id, role, status, last_heartbeat, capabilities)
       VALUES ('silent', 'backend', 'idle', strftime('%Y-%m-%d %H:%M:%f', 'now', '-10 seconds'), '[]')`,
    )
    .run();
  database.close();
  await goTo(page, "#/workers");
  const row = page.getByRole("row").filter({ hasText: "silent" });
  await expect(row).toContainText("Idle");
  await expect(row).toContainText("Stale");
  await expect(page.getByRole("button", { name: "Stale 1" })).toBeVisible();
}

async function nameAllTroubles(opened: OpenConsole, folder: string): Promise<void> {
  const { page } = opened;
  await launchFile(
    opened,
    writePlan(folder, {
      title: "Two troubles",
      subtasks: [
        { id: "bad", title: "Break", run: "exit 1" },
        { id: "gate", title: "Decide", agent: "approval", approval: { instructions: "Good enough?" } },
      ],
    }),
  );
  await expect(taskRow(page, "Break")).toContainText("Failed");
  await expect(taskRow(page, "Decide")).toContainText("Review");
  await goTo(page, "#/plans");
  const row = page.getByRole("row").filter({ hasText: "Two troubles" });
  await expect(row.getByTitle("1 failed, 1 review")).toBeVisible();
}

test("a window without a database can be quit from its page", async ({ launch, folder }) => {
  const opened = await launch({ args: ["--db", writePlan(folder, "", "empty.db")] });
  await expect(opened.page.getByText("The database could not be opened")).toBeVisible();
  expect(await clickToEnd(opened, "Quit")).toBe(0);
});
