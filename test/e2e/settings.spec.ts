import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { answerFileDialogs, expect, test, writePlan } from "../helpers/app";
import { createLook } from "../helpers/looks";
import { consoleOn, isAlive, until } from "../helpers/processes";
import { goTo, launchFile, planBadge } from "../helpers/screen";
import { startServer } from "../integration/agents/server";

const field = (page: Page, name: string) => page.getByRole("main").getByLabel(name, { exact: true });

test("settings are changed, refused, reset, tested, exported and imported", async ({ launch, folder, dataFolder }) => {
  const opened = await launch();
  const { app, page } = opened;
  await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();

  await test.step("by keyboard, with what is wrong beside it", async () => {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
    await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
    await page.keyboard.press("j");
    await expect(page.getByRole("heading", { name: "How tasks are run" })).toBeVisible();
    await field(page, "Grace period").fill("900");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toContainText("Give 0 to 600 seconds");
    await field(page, "Grace period").fill("9");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toHaveCount(0);
    await field(page, "Slots").fill("3");
    await page.keyboard.press("Enter");
    await expect(page.getByText("of 3 slots")).toBeVisible();
    await page.getByRole("button", { name: "Reset Grace period" }).click();
    await expect(field(page, "Grace period")).toHaveValue("5");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(field(page, "Grace period")).toHaveValue("9");
  });

  await test.step("of how the window looks and writes moments", async () => {
    await goTo(page, "#/settings/appearance");
    await page.getByRole("group", { name: "Theme" }).getByRole("button", { name: "Light" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
    await page.getByRole("group", { name: "Density" }).getByRole("button", { name: "Comfortable" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-density", "comfortable");
    await page.getByRole("button", { name: "Reset Density" }).click();
    await page.getByRole("group", { name: "Theme" }).getByRole("button", { name: "Dark" }).click();
    await goTo(page, "#/settings/time");
    await field(page, "Time zone").fill("Nowhere/Land");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toContainText("no time zone of this name");
    await field(page, "Time zone").fill("UTC");
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: "Clock" }).getByRole("button", { name: /^12/ }).click();
    await expect(page.getByRole("contentinfo").getByText(/^\d{1,2}:\d\d:\d\d [AP]M UTC$/)).toBeVisible();
    expect(JSON.parse(readFileSync(join(dataFolder, "settings.json"), "utf8"))).toMatchObject({
      "time.zone": "UTC",
      "time.clock": "12",
    });
  });

  await test.step("an endpoint is tested with its key, which stays out of every file", async () => {
    const server = await startServer((request, response) => {
      const isKnown = request.headers.authorization === "Bearer sk-the-secret-key";
      const isList = request.url.endsWith("/models");
      const answer = isList
        ? { data: [{ id: "tiny" }] }
        : { choices: [{ message: { content: "yes" }, finish_reason: "stop" }] };
      response.writeHead(isKnown ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify(isKnown ? answer : { error: "who are you" }));
    });
    await goTo(page, "#/settings/llm");
    await field(page, "Endpoint").fill(`${server.origin}/v1`);
    await page.keyboard.press("Enter");
    await field(page, "Model").fill("tiny");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await expect(page.getByRole("status").filter({ hasText: "refuses the key" })).toBeVisible();
    await field(page, "Key").fill("sk-the-secret-key");
    await page.keyboard.press("Enter");
    await expect(page.getByText(/^A key is set\./)).toBeVisible();
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await expect(page.getByRole("status").filter({ hasText: "It works." })).toContainText("tiny");
    const subtasks = [
      { id: "ask", agent: "llm", llm: { prompt: "Is it there?" } },
      { id: "look", run: "! env | grep sk-the-secret" },
    ];
    await launchFile(opened, writePlan(folder, { title: "Ask", subtasks }));
    await expect(planBadge(page), "an agent has the key, and a task has not").toHaveText("Completed");
    await server.close();
  });

  await test.step("a file takes them along, and one with a fault changes nothing", async () => {
    const file = join(folder, "settings.json");
    await app.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath: path });
    }, file);
    await goTo(page, "#/settings/transfer");
    await page.getByRole("button", { name: /^Export settings/ }).click();
    await expect(page.getByText("Settings exported")).toBeVisible();
    const written = JSON.parse(readFileSync(file, "utf8"));
    expect(written.settings).toMatchObject({ "runner.graceSeconds": 9, "runner.slots": 3, "llm.model": "tiny" });
    expect(readFileSync(file, "utf8")).not.toContain("sk-the");

    const other = (settings: unknown) => writePlan(folder, { ...written, settings }, "other.json");
    await answerFileDialogs(opened, other({ "runner.slots": 0, "no.such": 1 }));
    await page.getByRole("button", { name: /^Import settings/ }).click();
    await expect(page.getByText(/no\.such: there is no such setting/).first()).toBeVisible();
    await answerFileDialogs(opened, other({ "runner.slots": 5, "runner.graceSeconds": 9 }));
    await page.getByRole("button", { name: /^Import settings/ }).click();
    await expect(page.getByRole("dialog", { name: "Import 1 setting?" })).toContainText("Slots: 3 → 5");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(page.getByText("of 5 slots")).toBeVisible();
  });

  await test.step("nothing holds the key", async () => {
    const secrets = join(dataFolder, "secrets.json");
    for (const path of ["hive.db", "hive.db-wal", "settings.json", "secrets.json"].map((name) =>
      join(dataFolder, name),
    )) {
      if (existsSync(path)) expect(readFileSync(path).includes("sk-the-secret-key"), path).toBe(false);
    }
    if (existsSync(secrets)) expect(readFileSync(secrets, "utf8")).toContain("llm.key");
  });

  await opened.quit();
  const again = await launch();
  await goTo(again.page, "#/settings/runner");
  await expect(field(again.page, "Grace period")).toHaveValue("9");
});

test("a database is created, observed, switched, dropped, and found among the recent ones", async ({
  launch,
  folder,
}) => {
  const one = join(folder, "one.db");
  const opened = await launch({ args: ["--db", one] });
  const { page } = opened;
  await launchFile(opened, writePlan(folder, { title: "First", subtasks: [{ id: "a", run: "true" }] }));

  await test.step("what each way means is said, and another one is made", async () => {
    const two = join(folder, "two.db");
    await opened.app.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath: path });
    }, two);
    await goTo(page, "#/settings/databases");
    await page.getByRole("button", { name: "New…" }).click();
    const dialog = page.getByRole("dialog", { name: "Create two.db" });
    await expect(dialog).toContainText("Launch plans, act on tasks");
    await expect(dialog.getByRole("radio", { name: /Observe/ })).toBeDisabled();
    await page.keyboard.press("ControlOrMeta+Enter");
    const pid = await until("a console of its own", () => consoleOn(two));
    await expect.poll(() => existsSync(two), { timeout: 30_000 }).toBe(true);
    await expect
      .poll(async () => page.getByRole("list", { name: "Recent databases" }).textContent(), { timeout: 30_000 })
      .toContain("one.db");
    process.kill(pid, "SIGTERM");
    await until("it to end", () => !isAlive(pid), 60_000);
  });

  await test.step("this one is observed and operated again", async () => {
    await page.getByRole("group", { name: "How it is open" }).getByRole("button", { name: "Observe" }).click();
    await page
      .getByRole("dialog", { name: "Observe one.db?" })
      .getByRole("button", { name: /^Observe it/ })
      .click();
    await expect(page.getByText("Observe mode.", { exact: true })).toBeVisible();
    await goTo(page, "#/settings/runner");
    await expect(field(page, "Grace period")).toHaveAttribute("readonly", "");
    await page.keyboard.press("ControlOrMeta+Shift+O");
    await page
      .getByRole("dialog", { name: "Operate one.db?" })
      .getByRole("button", { name: /^Operate it/ })
      .click();
    await expect(page.getByText("Observe mode.", { exact: true })).toBeHidden();
    await expect(page.getByText(/of \d+ slots/)).toBeVisible();
  });

  await test.step("a file that is no database says so", async () => {
    writeFileSync(join(folder, "notes.db"), "these are notes");
    await answerFileDialogs(opened, join(folder, "notes.db"));
    await page.keyboard.press("ControlOrMeta+o");
    const dialog = page.getByRole("dialog", { name: "Open notes.db" });
    await expect(dialog.getByRole("alert")).toContainText("is not an SQLite database");
    await expect(dialog.getByRole("button", { name: /^Operate/ })).toHaveAttribute("aria-disabled", "true");
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
  });

  await test.step("one that is dropped asks as well", async () => {
    const devtools = await page.context().newCDPSession(page);
    const data = { items: [], files: [join(folder, "two.db")], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await devtools.send("Input.dispatchDragEvent", { type, x: 400, y: 400, data });
    }
    const dialog = page.getByRole("dialog", { name: "Open two.db" });
    await expect(dialog.getByRole("button", { name: /^Operate/ })).toBeVisible();
    await dialog.getByRole("radio", { name: /^Observe/ }).check();
    await expect(dialog.getByRole("button", { name: /^Observe/ })).toBeVisible();
    await page.keyboard.press("Escape");
  });

  await opened.quit();
  const observed = await launch({ args: ["--db", one, "--observe"] });
  await expect(observed.page.getByText("Observe mode.", { exact: true })).toBeVisible();
  await expect(observed.page.getByRole("button", { name: /^Launch plan/ })).toHaveAttribute("aria-disabled", "true");
});

test("settings are accessible and fit, in both themes", async ({ launch }) => {
  const opened = await launch();
  const { page } = opened;
  await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  const { look, found } = await createLook(opened);
  // Those that differ in kind; how notifications look is walked through with them.
  for (const section of ["databases", "runner", "llm", "keys", "transfer"]) {
    await goTo(page, `#/settings/${section}`);
    await expect(page.getByRole("main").getByRole("heading", { level: 2 }).first()).toBeVisible();
    await look(`settings-${section}`);
  }
  expect(found).toEqual([]);
});
