import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, ROOT, test, writePlan } from "../helpers/app";
import { createLook } from "../helpers/looks";
import { REDIS_MISSING, RedisServer } from "../helpers/redis";
import { chooseTask, goTo, launchFile, openTab, planBadge } from "../helpers/screen";

// biome-ignore lint/suspicious/noSkippedTests: without a Redis, and only then; the suite says so
test.skip(REDIS_MISSING !== undefined, REDIS_MISSING ?? "");

const SLOW = { timeout: 45_000 };

test("a fleet: set up in the window, a plan runs on its worker with a live log, and the view tells of both", async ({
  launch,
  folder,
}) => {
  const redis = await RedisServer.start({ password: "open-sesame" });
  const workers: ChildProcess[] = [];
  const startWorker = (env: Readonly<Record<string, string>>): ChildProcess => {
    const args = [join(ROOT, "out/main/hive.cjs"), "fleet", "worker", "--queue", "gpu", "--slots", "2"];
    const files = ["--files", join(folder, "worker-files")];
    const child = spawn(process.execPath, [...args, ...files], {
      cwd: folder,
      env: { ...process.env, HIVE_FLEET_REDIS: redis.url, ...env },
      stdio: "ignore",
    });
    workers.push(child);
    return child;
  };
  let isOver = false;
  /** As a service: a console that has not taken in its new key yet refuses it, and then it ends. */
  const keepWorker = (env: Readonly<Record<string, string>>): void => {
    startWorker(env).once("exit", () => {
      if (!isOver) keepWorker(env);
    });
  };
  try {
    const opened = await launch();
    const { page } = opened;
    const key = "k".repeat(42).concat("w");

    await test.step("nobody is there yet, and the way to begin is", async () => {
      await goTo(page, "#/fleet");
      await expect(page.getByRole("heading", { name: "No fleet yet" })).toBeVisible();
      await expect(page.getByRole("listitem").filter({ hasText: "hive fleet worker" })).toBeVisible();
      await page.getByRole("button", { name: "Set up the connection" }).click();
    });

    await test.step("the address is checked, kept unseen and tested", async () => {
      const address = page.getByLabel("Redis", { exact: true });
      await address.fill("localhost:6379");
      await page.keyboard.press("Enter");
      await expect(page.getByRole("alert")).toContainText("no address of a Redis");
      await address.fill(redis.url);
      await page.keyboard.press("Enter");
      await expect(page.getByText(`redis://127.0.0.1:${redis.port}.`)).toBeVisible();
      await page.getByLabel("Key", { exact: true }).fill(key);
      await page.keyboard.press("Enter");
      await expect(page.getByText(/^Key [0-9a-f]{12} seals\./)).toBeVisible();
      await page.getByRole("button", { name: "Test", exact: true }).click();
      await expect(page.getByRole("status").filter({ hasText: "It works." })).toBeVisible(SLOW);
      await expect(page.getByText("open-sesame")).toHaveCount(0);
    });

    await test.step("a worker with another key is refused, and says so; one with the key joins", async () => {
      await goTo(page, "#/fleet");
      const wrong = startWorker({ HIVE_FLEET_KEY: "z".repeat(42).concat("w") });
      await expect(page.getByRole("heading", { name: "Refused" })).toBeVisible(SLOW);
      await expect(page.getByText(/HIVE_FLEET_KEY/)).toBeVisible();
      if (wrong.exitCode === null) await once(wrong, "exit");
      keepWorker({ HIVE_FLEET_KEY: key });
      await expect(page.getByRole("rowheader", { name: "gpu" })).toBeVisible(SLOW);
      await expect(page.getByRole("row").filter({ hasText: "Idle" })).toBeVisible(SLOW);
    });

    await test.step("a plan runs there, and its log is live", async () => {
      const go = join(folder, "go");
      const plan = writePlan(folder, {
        title: "On another host",
        executor: "fleet",
        queue: "gpu",
        subtasks: [{ id: "train", run: `echo begun; while [ ! -e '${go}' ]; do sleep 0.1; done; echo over` }],
      });
      await launchFile(opened, plan);
      await chooseTask(page, "train");
      await openTab(page, "Log");
      await expect(page.getByText("begun", { exact: true })).toBeVisible(SLOW);
      expect(existsSync(go)).toBe(false);
      const place = await page.evaluate(() => window.location.hash);
      await goTo(page, "#/fleet");
      await expect(page.getByRole("row").filter({ hasText: "Busy" })).toBeVisible(SLOW);
      const view = await createLook(opened);
      await expect(page.getByRole("row").filter({ hasText: "Busy" })).toBeVisible(SLOW);
      await view.look("fleet");
      expect(view.found).toEqual([]);
      writeFileSync(go, "");
      await goTo(page, place);
      await expect(planBadge(page)).toHaveText("Completed", SLOW);
      await expect(page.getByText("over", { exact: true })).toBeVisible(SLOW);
    });
  } finally {
    isOver = true;
    for (const worker of workers) {
      if (worker.exitCode !== null || worker.signalCode !== null) continue;
      worker.kill("SIGKILL");
      await once(worker, "exit");
    }
    await redis.remove();
  }
});
