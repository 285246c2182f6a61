import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ElectronApplication, Page } from "@playwright/test";
import { openStore } from "../../src/main/core/store/open";
import { expect, test } from "../helpers/app";
import { createLook } from "../helpers/looks";
import { goTo } from "../helpers/screen";

const TASKS = 1_200;

/** A database with tasks, attempts, and one value too long for a row. */
async function databaseIn(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "orchestration.db");
  const store = await openStore({ file, create: true });
  await store.write((tx) => {
    tx.exec(`INSERT INTO workers (id, role, last_heartbeat) VALUES ('worker:one', 'backend', CURRENT_TIMESTAMP);
      INSERT INTO tasks (id, title, task_type, status, priority, payload)
        WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n LIMIT ${TASKS})
        SELECT printf('task-%04d', x), 'Task ' || x, iif(x % 3 = 0, 'code', 'command'),
          iif(x % 4 = 0, 'failed', 'queued'), x % 7, json_object('depth', x, 'target', 'api') FROM n;
      INSERT INTO runs (id, task_id, worker_id, run_number, status, output_log)
        VALUES ('run-1', 'task-0004', 'worker:one', 1, 'failure', printf('%.*c', 20000, 'x'));`);
  });
  await store.close();
  return file;
}

const editor = (page: Page) => page.getByRole("textbox", { name: "SQL" });

async function write(page: Page, sql: string): Promise<void> {
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(sql);
}

const run = async (page: Page, sql: string): Promise<void> => {
  await write(page, sql);
  await page.keyboard.press("ControlOrMeta+Enter");
};

const TICK_MS = 5;

/**
 * Watches what main's thread does until the returned function is called: the 99th percentile, in milliseconds, of the
 * processor time that passes between two ticks of a timer. A machine that is busy otherwise does not count.
 */
async function watchTurns(app: ElectronApplication): Promise<() => Promise<number>> {
  await app.evaluate((_, tickMs) => {
    const { readFileSync } = process.getBuiltinModule("node:fs");
    const own = `/proc/self/task/${process.pid}/schedstat`;
    const spent = (): number => Number(readFileSync(own, "utf8").split(" ")[0]) / 1e6;
    const turns: number[] = [];
    let last = spent();
    const timer = setInterval(() => {
      const now = spent();
      turns.push(now - last);
      last = now;
    }, tickMs);
    Object.assign(globalThis, {
      endWatch: () => {
        clearInterval(timer);
        turns.sort((one, other) => one - other);
        return turns[Math.floor(turns.length * 0.99)] ?? 0;
      },
    });
  }, TICK_MS);
  return () => app.evaluate(() => (globalThis as unknown as { endWatch(): number }).endWatch());
}

const ENDLESS = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n)";

test("a database is explored by keyboard, from its tables to a careful write", async ({ launch, folder }) => {
  test.setTimeout(150_000);
  const file = await databaseIn(join(folder, "db"));
  const opened = await launch({ args: ["--db", file] });
  const { page, app } = opened;
  const looks = await createLook(opened);
  const main = page.getByRole("main");
  const status = main.getByRole("status").filter({ hasText: /row|Stopped|Running|Reading/ });
  const tree = page.getByRole("region", { name: "Tables" });
  const grid = (name: string) => page.getByRole("grid", { name });

  await test.step("the tree tells tables and counts, and folds what is the console's", async () => {
    await goTo(page, "#/explorer");
    await expect(tree.getByRole("button", { name: /^tasks 1,200$/ })).toBeVisible();
    await expect(tree.getByRole("button", { name: /console_audit/ })).toBeHidden();
    await page.keyboard.press("/");
    await page.keyboard.type("runs");
    await expect(tree.getByRole("button", { name: /^runs/ })).toBeVisible();
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.keyboard.type("tasks");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/#\/explorer\/table\//);
  });

  await test.step("a table is paged, sorted and filtered; filters live in the address", async () => {
    await goTo(page, "#/explorer/table/tasks");
    await expect(grid("tasks").getByRole("row")).not.toHaveCount(1);
    await expect(status.first()).toContainText("500 rows of more");
    await page.keyboard.press(">");
    await expect(main).toContainText("501–1,000");
    await page.keyboard.press("<");
    await expect(main).toContainText("1–500");
    const filter = page.getByRole("textbox", { name: "Filter status" });
    await filter.fill("= failed");
    await filter.press("Enter");
    await expect(status.first()).toContainText("300 rows");
    await expect(page).toHaveURL(/where=status/);
    await filter.fill("= nothing");
    await filter.press("Enter");
    await expect(main.getByRole("heading", { name: "No row matches 1 filter" })).toBeVisible();
    await main.getByRole("button", { name: "Clear filters" }).last().click();
    await expect(status.first()).toContainText("500 rows");
  });

  await test.step("a foreign key leads to its row, a row shows its values, a long one is loaded whole", async () => {
    await goTo(page, "#/explorer/table/runs");
    await expect(grid("runs").getByRole("gridcell", { name: "run-1" })).toBeVisible();
    await grid("runs").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const row = page.getByRole("complementary", { name: "Row" });
    await expect(row).toContainText("20,000 characters");
    await row.getByRole("button", { name: "Load whole" }).click();
    await expect(row.locator("pre")).toHaveText("x".repeat(20_000));
    await looks.look("explorer-row");
    await grid("runs").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("g");
    await expect(grid("tasks").getByRole("row")).toHaveCount(2);
    await expect(grid("tasks").getByRole("gridcell", { name: "task-0004", exact: true })).toBeVisible();
    await grid("tasks").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(row).toContainText("{2 keys");
    await row.getByRole("textbox").or(row.getByRole("searchbox")).fill("target");
    await expect(row.locator("[data-found] b", { hasText: "target" }).or(row.locator("b[data-found]"))).toBeVisible();
    await expect(row.getByRole("button", { name: /^runs task_id 1$/ })).toBeVisible();
    await row.getByRole("button", { name: "Open the task" }).click();
    await expect(page.getByRole("complementary", { name: "Inspector" })).toContainText("Task 4");
    await page.goBack();
  });

  await test.step("SQL runs with completion, several results, a plan and a chart", async () => {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Explorer" }).click();
    await page.keyboard.press("q");
    await expect(editor(page)).toBeVisible();
    await editor(page).focus();
    await page.keyboard.type("select titl");
    await page.keyboard.press("Escape");
    await run(page, "SELECT status, count(*) AS many FROM tasks GROUP BY status; SELECT id, title FROM tasks");
    await expect(status.first()).toContainText("2 rows in");
    await main.getByRole("button", { name: "Chart" }).click();
    await expect(page.getByRole("img", { name: "many by status" })).toBeVisible();
    await looks.look("explorer-chart");
    await main.getByRole("button", { name: "Result", exact: true }).click();
    await main.getByRole("button", { name: /^2 SELECT id, title/ }).click();
    await expect(status.first()).toContainText("The first 1,000 rows of more");
    await main.getByRole("button", { name: "Rows behind" }).click();
    await expect(status.first()).toContainText("1,200 rows");
    await looks.look("explorer-sql");
    await main.getByRole("button", { name: "Export" }).click();
    await expect(page.getByRole("menuitem", { name: "Open 200 tasks in board" })).toBeVisible();
    await page.keyboard.press("Escape");
    await editor(page).focus();
    await page.keyboard.press("ControlOrMeta+Shift+F");
    await expect(editor(page)).toContainText("GROUP BY status;");
    await expect(
      editor(page)
        .locator(".cm-line")
        .filter({ hasText: /^FROM tasks$/ }),
    ).toHaveCount(2);
    await page.keyboard.press("ControlOrMeta+Shift+Enter");
    await expect(page.getByRole("region", { name: "Query plan" })).toContainText("Full scan");
    await run(page, "SELECT id FROM tasks WHERE title = :name");
    await page.getByRole("textbox", { name: ":name" }).fill("Task 7");
    await page.keyboard.press("Enter");
    await expect(grid("Result").getByRole("gridcell", { name: "task-0007" })).toBeVisible();
    await main.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: "Open 1 task in board" }).click();
    await expect(page).toHaveURL(/#\/tasks\?.*id/);
    await expect(main.getByText("Task 7", { exact: true })).toBeVisible();
    await page.goBack();
    await editor(page).focus();
    await page.keyboard.press("ControlOrMeta+s");
    await page.getByRole("textbox", { name: "Name of the query" }).fill("By title");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Saved 1" }).click();
    await expect(
      page.getByRole("region", { name: "History" }).getByRole("button", { name: /^By title/ }),
    ).toBeVisible();
  });

  await test.step("what never ends is stopped at once, while main answers", async () => {
    const turns = process.platform === "linux" ? await watchTurns(app) : null;
    await run(page, `${ENDLESS} SELECT group_concat(randomblob(50)) FROM n`);
    await expect(status.first()).toContainText("Running");
    await page.getByRole("heading", { name: "History" }).click();
    await page.keyboard.press("Shift+X");
    await expect(main.getByRole("heading", { name: "Stopped" })).toBeVisible();
    await run(page, "ATTACH '/etc/passwd' AS other");
    await expect(main.getByRole("heading", { name: "Refused: the explorer only reads" })).toBeVisible();
    await run(page, "PRAGMA writable_schema = 1");
    await expect(main).toContainText("PRAGMA was refused");
    await run(page, "SELECT 'served' AS again");
    await expect(grid("Result").getByRole("gridcell", { name: "served" })).toBeVisible();
    if (turns !== null) {
      const p99 = await turns();
      process.stdout.write(`main's turns while a bomb went off: p99 ${p99.toFixed(1)} ms of processor time\n`);
      expect(p99).toBeLessThan(20);
    }
  });

  await test.step("every row goes into a file, and none is left when it is stopped", async () => {
    const target = join(folder, "rows.csv");
    await app.evaluate(({ dialog }, chosen) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath: chosen });
    }, target);
    const exportAs = async (name: string) => {
      await main.getByRole("button", { name: "Export" }).click();
      await page.getByRole("menuitem", { name: new RegExp(`^${name} `) }).click();
    };
    await run(page, "SELECT id, title FROM tasks ORDER BY id");
    await expect(status.first()).toContainText("1,000 rows of more");
    await exportAs("CSV");
    await expect(page.getByText("1,200 rows exported")).toBeVisible();
    const lines = readFileSync(target, "utf8").split("\r\n");
    expect([lines[0], lines[1], lines.length]).toEqual(["id,title", "task-0001,Task 1", TASKS + 2]);
    await run(page, `${ENDLESS} SELECT x FROM n`);
    await expect(status.first()).toContainText("of more");
    await exportAs("JSON lines");
    await main.getByRole("button", { name: "Stop", exact: true }).click();
    await expect(page.getByText("Export stopped")).toBeVisible();
    expect(readdirSync(folder).filter((name) => name.includes("part"))).toEqual([]);
  });

  await test.step("the write mode asks why, shows the rows, backs up and writes", async () => {
    await run(page, "UPDATE tasks SET priority = 9 WHERE id <= 'task-0003'");
    await expect(main).toContainText("UPDATE was refused");
    await main.getByRole("button", { name: "Turn on the write mode…" }).click();
    const ask = page.getByRole("dialog", { name: "Turn on the write mode?" });
    await ask.getByRole("textbox").fill("Priorities were lost");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(main).toContainText("Write mode.");
    await editor(page).focus();
    await page.keyboard.press("ControlOrMeta+Enter");
    const dialog = page.getByRole("dialog", { name: "Write 3 rows?" });
    await expect(dialog).toContainText("3 changed in tasks");
    await expect(dialog.getByRole("region", { name: "Rows that would change" })).toContainText("task-0002");
    await looks.look("explorer-write");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(page.getByText("3 rows changed")).toBeVisible();
    await expect.poll(() => readdirSync(join(folder, "db")).some((name) => name.includes(".backup-"))).toBe(true);
    await run(page, `INSERT INTO tasks (id, task_type, title) ${ENDLESS} SELECT 'n' || x, 'x', 'x' FROM n`);
    await expect(main.getByText("Trying what it would change")).toBeVisible();
    await main.getByRole("button", { name: "Stop" }).click();
    await expect(page.getByText("Stopped: nothing was changed")).toBeVisible();
    await run(page, "SELECT count(*) AS n FROM tasks WHERE priority = 9");
    await expect(grid("Result").getByRole("gridcell", { name: "3", exact: true })).toBeVisible();
    await run(page, "SELECT reason, actor FROM console_audit WHERE act = 'explorer.write'");
    await expect(grid("Result").getByRole("gridcell", { name: "Priorities were lost" })).toBeVisible();
    await main.getByRole("button", { name: "Turn it off" }).click();
    await expect(main.getByRole("button", { name: "Read-only" })).toBeVisible();
    expect(existsSync(file)).toBe(true);
  });

  expect(looks.found).toEqual([]);
});
