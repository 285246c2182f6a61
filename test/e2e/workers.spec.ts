import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import Database from "better-sqlite3";
import { expect, test, writePlan } from "../helpers/app";
import { createLook } from "../helpers/looks";
import { goTo, launchFile, typeReason } from "../helpers/screen";

const row = (page: Page, id: string): Locator =>
  page.getByRole("grid", { name: "Workers" }).locator(`tr[data-id="${id}"]`);
const panelOf = (page: Page): Locator => page.getByRole("complementary", { name: "Worker" });
const confirm = (page: Page) => page.keyboard.press("ControlOrMeta+Enter");

/** A worker of another program, as its rows tell; `pid`: of a process of this machine. */
function addWorker(
  file: string,
  id: string,
  pid: number,
  more: { readonly beat?: string; readonly taskId?: string } = {},
): void {
  const database = new Database(file);
  try {
    const { host, boot } = database
      .prepare<[], { host: string; boot: string | null }>(
        "SELECT host, boot_id AS boot FROM console_workers WHERE worker_id = 'local-1'",
      )
      .get() ?? { host: "", boot: null };
    database
      .prepare(
        "INSERT INTO workers (id, role, status, last_heartbeat, capabilities, current_task_id) VALUES (?, 'backend', 'active', coalesce(?, strftime('%Y-%m-%d %H:%M:%f')), '[\"python\"]', ?)",
      )
      .run(id, more.beat ?? null, more.taskId ?? null);
    database
      .prepare(
        "INSERT INTO console_workers (worker_id, pid, pid_start, host, boot_id, program, slot) VALUES (?, ?, NULL, ?, ?, 'worker', 0)",
      )
      .run(id, pid, host, boot);
  } finally {
    database.close();
  }
}

function addHeldTask(file: string, taskId: string, workerId: string): void {
  const database = new Database(file);
  try {
    database
      .prepare(
        "INSERT INTO tasks (id, title, task_type, status, assigned_worker) VALUES (?, 'Reindex embeddings', 'python', 'in_progress', ?)",
      )
      .run(taskId, workerId);
  } finally {
    database.close();
  }
}

/** Tasks outlive the console: those of this test end with it. */
function killTasks(file: string): void {
  const database = new Database(file, { readonly: true });
  try {
    const pids = database
      .prepare<[], number>("SELECT pid FROM console_runs WHERE live = 1 AND pid IS NOT NULL")
      .pluck();
    for (const pid of pids.all()) process.kill(-pid, "SIGKILL");
  } finally {
    database.close();
  }
}

test("workers are told apart, rescued, drained and taken off the list; the pool is resized", async ({
  launch,
  folder,
  dataFolder,
}) => {
  test.setTimeout(240_000);
  const opened = await launch();
  const { page } = opened;
  const file = join(dataFolder, "hive.db");
  const sleepers: ChildProcess[] = [];

  await test.step("an empty pool is explained by the plans", async () => {
    await goTo(page, "#/workers");
    await expect(page.getByRole("status").filter({ hasText: "No plan runs: no worker is expected" })).toBeVisible();
    await expect(row(page, "local-1")).toContainText("Idle");
  });

  await test.step("a running task is a slot's, with its progress and its process", async () => {
    const plan = { title: "Long", subtasks: [{ id: "a", title: "Long task", run: "sleep 300" }] };
    await launchFile(opened, writePlan(folder, plan));
    await goTo(page, "#/workers");
    const busy = page.getByRole("grid", { name: "Workers" }).getByRole("row").filter({ hasText: "Long task" });
    await expect(busy).toContainText("Busy");
    await busy.getByText("Busy").click();
    await expect(panelOf(page)).toContainText("it runs");
    await expect(panelOf(page)).toContainText("1 task");
    await expect(
      panelOf(page).getByRole("img", { name: /^Heartbeats of the last half hour: heard in / }),
    ).toBeVisible();
    await page.keyboard.press("Shift+T");
    const ask = page.getByRole("dialog", { name: "Stop 1 task and begin anew?" });
    await expect(ask).toContainText("Long task");
    await confirm(page);
    await expect(panelOf(page)).toContainText("restarted by");
    await expect(panelOf(page)).toContainText("Begun anew on request");
    await expect(busy).toContainText("Busy");
    expect(await page.evaluate(() => location.hash)).toMatch(/^#\/workers\/local-\d+$/);
    await page.keyboard.press("Escape");
    await expect(panelOf(page)).toBeHidden();
    await page.goBack();
    await expect(panelOf(page)).toBeHidden();
  });

  await test.step("a worker is drained and undrained by key, with a reason", async () => {
    await goTo(page, "#/workers/local-1");
    await expect(panelOf(page)).toContainText("Capabilities");
    await page.keyboard.press("Shift+D");
    await typeReason(page.getByRole("dialog", { name: "Drain 1 worker?" }), "new disk");
    await confirm(page);
    await expect(panelOf(page)).toContainText("new disk");
    await expect(row(page, "local-1")).toContainText("drained");
    await page.keyboard.press("Shift+D");
    await confirm(page);
    await expect(panelOf(page)).toContainText("undrained by");
  });

  await test.step("the pool is resized: the act is asked about first", async () => {
    await page.keyboard.press("Escape");
    const wanted = page.getByRole("status", { name: "Slots wanted" });
    const slots = Number(await wanted.textContent());
    await page.getByRole("button", { name: "One slot more" }).click();
    await page.getByRole("button", { name: `Set to ${slots + 1}…` }).click();
    await confirm(page);
    await expect(row(page, `local-${slots + 1}`)).toContainText("Idle");
  });

  await test.step("stale is not dead: a stopped process and a killed one, each with the act that fits", async () => {
    for (const id of ["sleeper", "victim"]) {
      const child = spawn("sleep", ["600"], { stdio: "ignore" });
      sleepers.push(child);
      addHeldTask(file, `task-of-${id}`, id);
      addWorker(file, id, child.pid ?? 0, { taskId: `task-of-${id}`, beat: "2026-01-01 00:00:00" });
    }
    sleepers[0]?.kill("SIGSTOP");
    sleepers[1]?.kill("SIGKILL");
    await expect(row(page, "sleeper")).toContainText("Stale");
    await expect(row(page, "sleeper")).toContainText("stopped");
    await expect(row(page, "victim")).toContainText("Dead");
    await page.getByRole("button", { name: /^Dead 1/ }).click();
    await expect(row(page, "sleeper")).toBeHidden();
    expect(await page.evaluate(() => location.hash)).toContain("state=dead");
    await row(page, "victim").getByText("Dead").click();
    await expect(panelOf(page)).toContainText("no longer exists on this computer");
    await page.keyboard.press("Shift+R");
    const ask = page.getByRole("dialog", { name: "Queue 1 task of victim again?" });
    await expect(ask).toContainText("Reindex embeddings");
    await confirm(page);
    await expect(panelOf(page)).toContainText("rescued by");
    await page.keyboard.press("Shift+X");
    await expect(page.getByRole("dialog", { name: "Unregister victim?" })).toBeVisible();
    await confirm(page);
    await expect(panelOf(page)).toBeHidden();
    await page.keyboard.press("Escape");
    await expect(row(page, "sleeper")).toBeVisible();
    await expect(row(page, "victim")).toHaveCount(0);
  });

  await test.step("they are shown under their role, and the address keeps it", async () => {
    await page.getByRole("button", { name: "Group: none" }).click();
    await page.getByRole("menuitemcheckbox", { name: "By role" }).click();
    const sections = page
      .getByRole("grid", { name: "Workers" })
      .getByRole("gridcell", { name: /^(backend|local) \d+$/ });
    await expect(sections).toHaveCount(2);
    expect(await page.evaluate(() => location.hash)).toContain("by=role");
    await page.getByRole("button", { name: "Group: role" }).click();
    await page.getByRole("menuitemcheckbox", { name: "None" }).click();
    await expect(sections).toHaveCount(0);
  });

  await test.step("what is typed finds workers", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("python");
    await expect(row(page, "local-1")).toBeHidden();
    await expect(row(page, "sleeper")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(row(page, "local-1")).toBeVisible();
  });

  await test.step("it is accessible and fits, in both themes", async () => {
    const { look, found } = await createLook(opened);
    await goTo(page, "#/workers/sleeper");
    await expect(panelOf(page)).toContainText("Process check");
    await look("workers");
    expect(found).toEqual([]);
  });
  for (const child of sleepers) child.kill("SIGKILL");
  killTasks(file);
});
