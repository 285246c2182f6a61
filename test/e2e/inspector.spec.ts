import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, type OpenConsole, test, writePlan } from "../helpers/app";
import { createLook } from "../helpers/looks";
import { chooseTask, doNow, goTo, launchFile, planBadge, taskRow } from "../helpers/screen";
import { hive } from "../helpers/terminal";

const inspector = (page: Page): Locator => page.getByRole("region", { name: "Task", exact: true });
const tab = (page: Page, name: string): Locator => inspector(page).getByRole("tab", { name: new RegExp(`^${name}`) });
const title = (page: Page): Locator => inspector(page).getByRole("heading", { level: 2 });
const clipboard = ({ app }: OpenConsole): Promise<string> => app.evaluate(({ clipboard: board }) => board.readText());

const BUILD = {
  title: "Nightly build",
  subtasks: [
    { id: "fetch", title: "Fetch", run: `echo '{"parts": 3}' > "$HIVE_RESULT_FILE"` },
    { id: "lint", title: "Lint", dependencies: ["fetch"], run: "test -e fixed || { echo not linted; exit 3; }" },
    { id: "build", title: "Build", dependencies: ["fetch"], run: "until [ -e go ]; do sleep 0.05; done" },
    { id: "pack", title: "Pack", dependencies: ["lint", "build"], run: "true" },
  ],
};

/** What the task in the inspector runs. */
function workOf(page: Page): Promise<Readonly<Record<string, unknown>>> {
  return page.evaluate(async () => {
    const taskId = location.hash.split("/")[4]?.split("?")[0] ?? "";
    const answer = await window.hive.call("tasks.work", { taskId });
    return answer.ok ? answer.value.work : {};
  });
}

async function launchBuild(opened: OpenConsole, folder: string): Promise<void> {
  await launchFile(opened, writePlan(folder, BUILD));
  await expect(taskRow(opened.page, "Lint")).toContainText("Failed");
  await expect(taskRow(opened.page, "Build")).toContainText("In progress");
}

test("a task that cannot start says why, leads to what holds it, and is kept current", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await launchBuild(opened, folder);
  await chooseTask(page, "Pack");
  const why = inspector(page).getByRole("region", { name: "Why can’t it start?" });
  await expect(why.getByRole("status")).toContainText("Lint failed");
  const gates = why.getByRole("list", { name: "What it has to pass" });
  await expect(gates.getByRole("listitem").filter({ hasText: "Dependencies: holds it" })).toHaveCount(1);
  await expect(gates).toContainText("Plan: passes");

  await gates.getByRole("link", { name: "Build" }).press("Enter");
  await expect(title(page)).toHaveText("Build");
  await page.goBack();
  await expect(title(page)).toHaveText("Pack");

  writeFileSync(join(folder, "fixed"), "");
  await why.getByRole("button", { name: "Retry Lint" }).click();
  await doNow(page);
  const waits = inspector(page).getByRole("region", { name: "Why isn’t it running?" });
  await expect(waits.getByRole("status")).toContainText("1 of 2 dependencies");
  writeFileSync(join(folder, "go"), "");
  await expect(planBadge(page)).toHaveText("Completed");
  await expect(waits).toHaveCount(0);

  await inspector(page).getByRole("link", { name: "Lint" }).click();
  await inspector(page).getByRole("link", { name: "Fetch" }).click();
  await expect(title(page)).toHaveText("Fetch");
  await page.keyboard.press("4");
  await inspector(page).getByRole("button", { name: "Result" }).click();
  await expect(inspector(page).getByRole("textbox", { name: "Result of Fetch" })).toContainText('"parts": 3');
});

test("what a task runs is edited and run again; a refused edit says why and loses nothing", async ({
  launch,
  folder,
}) => {
  const opened = await launch();
  const { page } = opened;
  await launchBuild(opened, folder);
  await chooseTask(page, "Build");
  await page.keyboard.press("4");
  await expect(inspector(page).getByRole("button", { name: "Edit and retry" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );

  await chooseTask(page, "Lint");
  await expect(inspector(page).getByRole("textbox", { name: "What Lint runs" })).toContainText("exit 3");
  await page.keyboard.press("Shift+E");
  const editor = inspector(page).getByRole("textbox", { name: "Edit what Lint runs" });
  await expect(editor).toBeFocused();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText('{"run": "echo fixed", "shell": "zsh"');
  const findings = inspector(page).getByRole("list", { name: "Findings" });
  await expect(findings).toContainText("no JSON yet");
  await page.keyboard.insertText("}");
  await expect(findings).toContainText('"shell" of a task cannot be edited');
  await expect(inspector(page).getByRole("button", { name: /^Save and retry/ })).toHaveAttribute(
    "aria-disabled",
    "true",
  );

  // Another task and back: what was typed is still there.
  await chooseTask(page, "Pack");
  await chooseTask(page, "Lint");
  await expect(editor).toContainText('"shell": "zsh"');
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText('{"run": "echo fixed; exit 0"}');
  await expect(findings, "what the task belongs to stays").toContainText("says where the task belongs");
  await page.keyboard.press("ControlOrMeta+a");
  const { payload } = await workOf(page);
  await page.keyboard.insertText(JSON.stringify({ run: "echo fixed; exit 0", payload }));
  await expect(inspector(page).getByRole("status").filter({ hasText: "change" })).toContainText("run");
  await expect(findings).toHaveCount(0);
  await inspector(page).getByRole("textbox", { name: "Reason" }).fill("the check was wrong");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(taskRow(page, "Lint")).toContainText("Completed");

  await page.keyboard.press("5");
  await expect(inspector(page).getByRole("region", { name: "Events of the task" })).toContainText("task.completed");
  await inspector(page).getByRole("button", { name: "What people did" }).click();
  const acts = inspector(page).getByRole("region", { name: "Acts on the task" });
  await expect(acts).toContainText("tasks.editAndRetry");
  await expect(acts).toContainText("the check was wrong");
  writeFileSync(join(folder, "go"), "");
  await expect(planBadge(page)).toHaveText("Completed");
});

test("acts are previewed, take a reason, and a priority is put back with Undo", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await launchBuild(opened, folder);
  const dialog = page.getByRole("dialog", { name: /\?$/ });

  await chooseTask(page, "Build");
  await page.keyboard.press("Shift+X");
  await expect(dialog).toContainText("Cancel 1 running task?");
  await dialog.getByRole("radio", { name: /^Let it end/ }).check();
  await dialog.getByRole("button", { name: /^Let 1 task end/ }).click();
  await expect(dialog).toHaveCount(0);
  await expect(taskRow(page, "Build")).toContainText("In progress");
  await inspector(page).getByRole("button", { name: "More acts" }).click();
  await page.getByRole("menuitem", { name: "Reassign…" }).click();
  const refusal = page.getByRole("dialog", { name: "Build stays where it is" });
  await expect(refusal).toContainText("one slot is as good as another");
  await page.keyboard.press("Escape");
  await expect(refusal).toHaveCount(0);

  await chooseTask(page, "Pack");
  await inspector(page)
    .getByRole("button", { name: /^Priority/ })
    .click();
  await page.getByRole("menuitemcheckbox", { name: "Priority 10" }).click();
  await expect(inspector(page).getByRole("button", { name: "Priority 10" })).toBeVisible();
  await expect(taskRow(page, "Pack"), "what is about to be done is marked").toContainText("Priority 10");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(taskRow(page, "Pack")).not.toContainText("Priority 10");
  await expect(inspector(page).getByRole("button", { name: "Priority 1", exact: true })).toBeVisible();

  await chooseTask(page, "Lint");
  await page.keyboard.press("Shift+S");
  await expect(dialog).toContainText("Force 1 task to Completed?");
  await expect(dialog.getByRole("button", { name: /^Force to Completed/ })).toHaveAttribute("aria-disabled", "true");
  await dialog.getByRole("textbox").fill("checked by hand");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(taskRow(page, "Lint")).toContainText("Completed");
  writeFileSync(join(folder, "go"), "");
  await expect(taskRow(page, "Pack")).toContainText("Completed");

  await chooseTask(page, "Build");
  await page.keyboard.press("Shift+G");
  await expect(dialog).toContainText("Rerun 2 tasks from Build?");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(taskRow(page, "Build")).toContainText("2/");
  await expect(planBadge(page)).toHaveText("Completed");
});

test("a priority that was just changed stays when the window closes", async ({ launch, folder, dataFolder }) => {
  const opened = await launch();
  const { page } = opened;
  await launchBuild(opened, folder);
  await chooseTask(page, "Pack");
  const { taskId } = await page.evaluate(() => ({ taskId: location.hash.split("/")[4]?.split("?")[0] ?? "" }));
  await inspector(page)
    .getByRole("button", { name: /^Priority/ })
    .click();
  await page.getByRole("menuitemcheckbox", { name: "Priority 5" }).click();
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  writeFileSync(join(folder, "go"), "");
  await opened.quit();
  const again = await launch();
  await goTo(again.page, `#/tasks/${taskId}?as=table`);
  await expect(inspector(again.page).getByRole("button", { name: "Priority 5" })).toBeVisible();
  expect(existsSync(dataFolder)).toBe(true);
});

test("a link names the task and what is looked at of it; back and forward go through both", async ({
  launch,
  folder,
}) => {
  const opened = await launch();
  const { page } = opened;
  await launchBuild(opened, folder);
  await chooseTask(page, "Lint");
  await page.keyboard.press("3");
  await expect(tab(page, "Attempts")).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("5");
  await expect.poll(() => page.evaluate(() => location.hash)).toContain("show=events");
  const link = new URL(page.url()).hash;
  const taskId = link.match(/tasks\/([^?]+)/)?.[1];
  await page.keyboard.press("y");
  await expect.poll(() => clipboard(opened)).toBe(`hive://task/${taskId}`);
  await page.goBack();
  await expect(tab(page, "Attempts")).toHaveAttribute("aria-selected", "true");
  await page.goForward();
  await expect(tab(page, "Events")).toHaveAttribute("aria-selected", "true");

  await chooseTask(page, "Pack");
  await expect(tab(page, "Events"), "stays from task to task").toHaveAttribute("aria-selected", "true");
  await goTo(page, "#/workers");
  await goTo(page, link);
  await expect(title(page)).toHaveText("Lint");
  await expect(tab(page, "Events")).toHaveAttribute("aria-selected", "true");
  writeFileSync(join(folder, "go"), "");
  await expect(planBadge(page)).toHaveText("Partly completed");
});

test("tasks of other programs, missing ones and deleted ones are told apart calmly", async ({ launch, dataFolder }) => {
  const opened = await launch();
  const { page } = opened;
  await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  const made = hive(["task", "create", "Read the paper", "--type", "reading"], dataFolder);
  expect(await made.ended, made.output()).toBe(0);
  const id = made.output().trim();
  await goTo(page, `#/tasks/${id}`);
  await expect(title(page)).toHaveText("Read the paper");
  await expect(inspector(page)).toContainText("Another program made this task");
  await expect(inspector(page).getByRole("region", { name: "Why isn’t it running?" })).toContainText("no plan");
  await page.keyboard.press("2");
  await expect(inspector(page)).toContainText("No log yet");
  await page.keyboard.press("5");
  await inspector(page).getByRole("button", { name: "What people did" }).click();
  await expect(inspector(page).getByRole("region", { name: "Acts on the task" })).toContainText("tasks.create");

  const deleted = hive(["task", "delete", id], dataFolder);
  expect(await deleted.ended, deleted.output()).toBe(0);
  await expect(inspector(page)).toContainText("This task has been deleted");
  await expect(inspector(page).getByRole("button", { name: "Cancel" })).toHaveCount(0);
  await goTo(page, "#/tasks/no-such-task");
  await expect(inspector(page)).toContainText("This task is not in the database");
});

test("every side of the inspector is accessible and fits, in both themes", async ({ launch, folder }) => {
  test.setTimeout(180_000);
  const opened = await launch();
  const { page } = opened;
  const { look, found } = await createLook(opened);
  await launchBuild(opened, folder);
  await chooseTask(page, "Pack");
  await expect(inspector(page).getByRole("region", { name: "Why can’t it start?" })).toContainText("Dependencies");
  await look("task-why");
  await chooseTask(page, "Fetch");
  await page.keyboard.press("4");
  await inspector(page).getByRole("button", { name: "Result" }).click();
  await expect(inspector(page).getByRole("textbox", { name: "Result of Fetch" })).toBeVisible();
  await look("task-result");
  await chooseTask(page, "Lint");
  await page.keyboard.press("2");
  await page.keyboard.press("/");
  await page.keyboard.insertText("lint");
  await expect(inspector(page).getByText("1 found")).toBeVisible();
  await look("task-log-search");
  await page.keyboard.press("Escape");
  await page.keyboard.press("3");
  await inspector(page).getByText("What it ran").click();
  await expect(inspector(page).getByText("test -e fixed ||").last()).toBeVisible();
  await look("task-attempts-ran");
  await page.keyboard.press("4");
  await expect(inspector(page).getByRole("textbox", { name: "What Lint runs" })).toContainText("exit 3");
  await look("task-payload");
  await page.keyboard.press("Shift+E");
  await page.keyboard.insertText("?");
  await expect(inspector(page).getByRole("list", { name: "Findings" })).toBeVisible();
  await look("task-edit");
  await inspector(page).getByRole("button", { name: "Discard" }).click();
  await page.keyboard.press("5");
  await expect(inspector(page).getByRole("region", { name: "Events of the task" })).toContainText("task.failed");
  await look("task-events");
  await inspector(page).getByRole("button", { name: "What people did" }).click();
  await look("task-acts-none");
  await page.keyboard.press("1");
  await inspector(page).getByRole("button", { name: "More acts" }).click();
  await page.getByRole("menuitem", { name: /^Force a state/ }).click();
  await expect(page.getByRole("dialog")).toContainText("Force 1 task to Completed?");
  await look("task-force");
  await page.keyboard.press("Escape");
  writeFileSync(join(folder, "go"), "");
  await expect(planBadge(page)).toHaveText("Partly completed");
  expect(found).toEqual([]);
});
