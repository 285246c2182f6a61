import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { answerFileDialogs, expect, type OpenConsole, test, writePlan } from "../helpers/app";
import { goTo, launchFile, openPlanFile, planBadge } from "../helpers/screen";

const editor = (page: Page): Locator => page.getByRole("textbox", { name: "Plan text" });
const validation = (page: Page): Locator => page.getByRole("region", { name: "Validation", exact: true });
const start = (page: Page): Locator => page.getByRole("main").getByRole("button", { name: /^Launch (?!paused)/ });
const source = (page: Page, name: RegExp): Locator =>
  page.getByRole("complementary", { name: "Plans to launch" }).getByRole("button", { name });

/** Puts the cursor at the end of the plan's text. */
async function toEnd(page: Page): Promise<void> {
  await page.getByRole("tab", { name: /^Plan text/ }).click();
  await editor(page).click();
  await page.keyboard.press("ControlOrMeta+End");
}

/** From now on the system's save dialog answers with this path. */
async function answerSaveDialog({ app }: OpenConsole, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath });
  }, path);
}

/** Follows where a button of the sources is from now on; gives its distances from the top that there were. */
async function placesOf(page: Page, name: string): Promise<() => Promise<number[]>> {
  const tops = await page.evaluateHandle((words) => {
    const seen = new Set<number>();
    new MutationObserver(() => {
      const found = [...document.querySelectorAll("aside button")].find((button) =>
        button.textContent?.includes(words),
      );
      if (found !== undefined) seen.add(Math.round(found.getBoundingClientRect().top));
    }).observe(document.body, { childList: true, subtree: true });
    return seen;
  }, name);
  return () => tops.evaluate((seen) => [...seen]);
}

/** An expression, as a plan file says it. */
const of = (name: string): string => `\${{ ${name} }}`;

const GREETING = `title: Greeting
parameters:
  whom: {type: string, default: world, description: Who is greeted}
  key: {type: secret, required: false}
subtasks:
  - id: greet
    title: Greet
    run: echo "hello \${{ params.whom }}"
`;

test("values become names in the graph, presets, JSON, and a plan that waits until it is resumed", async ({
  launch,
  folder,
}) => {
  const opened = await launch();
  const { page } = opened;
  const file = writePlan(
    folder,
    {
      title: `Release ${of("params.version")}`,
      parameters: {
        version: { type: "string", required: true },
        shards: { type: "number", default: 4 },
        token: { type: "secret" },
      },
      subtasks: [{ id: "build", title: `Build ${of("params.version")} in ${of("params.shards")}`, run: "true" }],
    },
    "release.json",
  );
  await openPlanFile(opened, file);
  const graph = page.getByRole("img", { name: /^Graph of 1 tasks/ });
  await expect(graph).toContainText("Build ‹version› in 4");
  await page.getByLabel("version").fill("2.4.1");
  await page.getByLabel("token").fill("s3cret-words");
  await expect(graph).toContainText("Build 2.4.1 in 4");

  await page.getByRole("button", { name: "Presets" }).click();
  await page.getByRole("menuitem", { name: "Keep these values…" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("usual");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Preset: usual" })).toBeVisible();
  expect(await page.evaluate(() => localStorage.getItem("launch-presets"))).not.toContain("s3cret");

  await page.getByRole("button", { name: "JSON", exact: true }).click();
  const json = page.getByRole("textbox", { name: "Parameters as JSON" });
  await expect(json).toContainText('"shards": 4');
  await json.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText('{"version": "3.0", "shards": "many"}');
  await expect(page.getByText('"shards" takes a number.')).toBeVisible();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText('{"version": "3.0", "shards": 2}');
  await expect(graph).toContainText("Build 3.0 in 2");
  await page.getByRole("button", { name: "Presets" }).click();
  await page.getByRole("menuitemcheckbox", { name: "usual" }).click();
  await expect(json).toContainText('"version": "2.4.1"');
  await page.getByRole("button", { name: "Form", exact: true }).click();
  await expect(page.getByLabel("token")).toHaveValue("s3cret-words");

  await page.keyboard.press("ControlOrMeta+Shift+Enter");
  await expect(planBadge(page)).toHaveText("Paused");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Release 2.4.1");
  await page.keyboard.press("Shift+P");
  await expect(planBadge(page)).toHaveText("Completed");
});

test("what was launched is offered again, with its values and without its secrets", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  const file = writePlan(folder, GREETING, "greeting.yaml");
  await openPlanFile(opened, file);
  await page.getByLabel("whom").fill("operators");
  await page.getByLabel("key").fill("s3cret-words");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(planBadge(page)).toHaveText("Completed");
  const planId = /plans\/([^/?]+)/.exec(page.url())?.[1] ?? "";

  await goTo(page, "#/launch/folder-checkup");
  const recent = source(page, /^Greeting greeting\.yaml/);
  await expect(recent).toContainText("Completed");
  await recent.press("Enter");
  await expect(page.getByLabel("whom")).toHaveValue("operators");
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(page.getByLabel("whom")).toHaveValue("world");
  await page.getByRole("heading", { name: "Launch plan" }).click();
  await page.keyboard.press("v");
  await expect(page.getByLabel("whom")).toHaveValue("operators");
  await expect(page.getByLabel("key")).toHaveValue("");

  // Its file has become another plan: like that run means as it was then.
  writeFileSync(file, GREETING.replace("title: Greeting", "title: Farewell"));
  await goTo(page, `#/launch?like=${planId}`);
  await expect(start(page)).toHaveText(/Launch Greeting/);
  await expect(page.getByLabel("whom")).toHaveValue("operators");
  await expect(page.getByLabel("key")).toHaveValue("");
  await start(page).click();
  await expect(planBadge(page)).toHaveText("Completed");
});

test("a dry run names what is missing, where, and what is to be expected; it holds nothing up", async ({
  launch,
  folder,
}) => {
  const opened = await launch();
  const { page } = opened;
  const plan = {
    title: "Pack it",
    subtasks: [
      { id: "build", title: "Build", run: "sleep 0.3" },
      { id: "lint", title: "Lint", run: "true" },
      { id: "pack", title: "Pack", run: ["no-such-packer", "now"], dependencies: ["build"] },
      { id: "sign", title: "Sign", run: "true", capabilities: ["notarize"], dependencies: ["pack"] },
    ],
  };
  await openPlanFile(opened, writePlan(folder, plan));
  await expect(validation(page)).toContainText("2 problems");
  await expect(validation(page)).toContainText("pack no-such-packer is not found on PATH");
  await expect(validation(page)).toContainText("sign No live worker has what this takes");
  await expect(page.getByRole("status").filter({ hasText: "Ready to launch with 2 problems" })).toBeVisible();
  await validation(page).getByRole("button", { name: "Show" }).first().click();
  await expect(page.locator("[data-marked]")).toHaveText(/Pack/);
  const dryRun = page.getByRole("region", { name: "Dry run" });
  await expect(dryRun.getByRole("row").filter({ hasText: "notarize" })).toContainText("Missing");
  await expect(start(page)).toBeEnabled();

  const good = { title: "Known", subtasks: plan.subtasks.slice(0, 2) };
  await launchFile(opened, writePlan(folder, good, "known.json"));
  await expect(planBadge(page)).toHaveText("Completed");
  await openPlanFile(opened, join(folder, "known.json"));
  await expect(dryRun).toContainText("From 1 past run");
  await expect(dryRun.getByText("Finish P50").locator("..")).toContainText(/\d\d:\d\d in \d+m?s/);
  await expect(dryRun.getByRole("img", { name: /^Tasks at once over time/ })).toBeVisible();
  await expect(page.locator("[data-critical]")).toHaveText(/Build/);
  await expect(validation(page)).toContainText("Every program, folder, agent and worker");
});

test("a plan is edited in the window: checked as one types, launched as it stands, saved only over what was read", async ({
  launch,
  folder,
}) => {
  const opened = await launch();
  const { page } = opened;
  const file = writePlan(folder, GREETING, "greeting.yaml");
  await openPlanFile(opened, file);
  await toEnd(page);
  await page.keyboard.type("  - id: greet\n");
  await expect(validation(page)).toContainText("2 errors");
  await expect(page.locator(".cm-lint-marker-error")).toBeVisible();
  await expect(page.getByLabel("whom"), "the form stays while the text is wrong").toBeVisible();
  await expect(start(page)).toHaveAttribute("aria-disabled", "true");

  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(`${GREETING}  - {id: wave, title: Wave, run: 'true'}\n`);
  await expect(validation(page)).toContainText("2 tasks");
  await expect(page.getByRole("tab", { name: "Plan text, edited" })).toBeVisible();
  expect(readFileSync(file, "utf8"), "nothing is written before it is saved").toBe(GREETING);

  await goTo(page, "#/workers");
  await page.reload();
  await goTo(page, "#/launch/folder-checkup");
  await expect(start(page)).toHaveText(/Check up on a folder/);
  await source(page, /greeting\.yaml/).click();
  expect(await editorText(page), "what was typed is there again").toContain("id: wave");
  await editor(page).click();
  await page.keyboard.press("ControlOrMeta+s");
  await expect(page.getByText("Saved greeting.yaml")).toBeVisible();
  expect(readFileSync(file, "utf8")).toContain("id: wave");

  await toEnd(page);
  await page.keyboard.insertText("# mine\n");
  writeFileSync(file, "title: Theirs\n");
  await page.keyboard.press("ControlOrMeta+s");
  const dialog = page.getByRole("dialog", { name: "Overwrite greeting.yaml?" });
  await expect(dialog).toBeVisible();
  expect(readFileSync(file, "utf8")).toBe("title: Theirs\n");
  await dialog.getByRole("button", { name: /^Keep editing/ }).click();
  await answerSaveDialog(opened, join(folder, "mine.yaml"));
  await page.getByRole("button", { name: "Save as…" }).click();
  await expect(page.getByText("Saved mine.yaml")).toBeVisible();
  expect(readFileSync(join(folder, "mine.yaml"), "utf8")).toContain("# mine");
  expect(readFileSync(file, "utf8")).toBe("title: Theirs\n");

  await toEnd(page);
  await page.keyboard.insertText("# thrown away\n");
  await page.getByRole("button", { name: /^Revert/ }).click();
  await page
    .getByRole("dialog", { name: "Throw your edits away?" })
    .getByRole("button", { name: /^Throw away/ })
    .click();
  await expect(page.getByRole("tab", { name: "Plan text", exact: true })).toBeVisible();
  expect(await editorText(page)).not.toContain("thrown away");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(planBadge(page)).toHaveText("Completed");
  await expect(
    page
      .getByText("2 tasks")
      .or(page.getByRole("tab", { name: /Tasks 2/ }))
      .first(),
  ).toBeVisible();
});

async function editorText(page: Page): Promise<string> {
  await page.getByRole("tab", { name: /^Plan text/ }).click();
  return (await editor(page).innerText()).replaceAll(" ", " ");
}

test("keys, agents and ids of subtasks complete themselves", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await openPlanFile(opened, writePlan(folder, GREETING, "greeting.yaml"));
  await toEnd(page);
  // Enter is not taken in the first moment after the list has come: what is typed then was meant for the text.
  const take = (name: string): Promise<void> => page.getByRole("option", { name }).first().click();
  await page.keyboard.type("  - id: wave\ndep");
  await take("dependencies");
  await page.keyboard.type("[gr");
  await take("greet");
  await page.keyboard.type("]\nage");
  await take("agent");
  await page.keyboard.type("no");
  await take("noop");
  await expect(validation(page)).toContainText("No cycles: 2 tasks, 1 dependency");
  await page.keyboard.press("Escape");
  await expect(page, "leaving the text is not leaving the view").toHaveURL(/launch/);
});

test("a plan file is dropped on the window, and named on the command line", async ({ launch, folder }) => {
  const file = writePlan(folder, GREETING, "greeting.yaml");
  const first = await launch({ args: ["--plan", file] });
  await expect(start(first.page)).toHaveText(/Launch Greeting/);

  await goTo(first.page, "#/overview");
  writePlan(folder, GREETING.replace("title: Greeting", "title: Dropped"), "dropped.yaml");
  const devtools = await first.page.context().newCDPSession(first.page);
  const data = { items: [], files: [join(folder, "dropped.yaml")], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver"] as const) {
    await devtools.send("Input.dispatchDragEvent", { type, x: 400, y: 400, data });
  }
  await expect(first.page.getByText("Drop a plan file to see what it would do")).toBeVisible();
  await devtools.send("Input.dispatchDragEvent", { type: "drop", x: 400, y: 400, data });
  await expect(start(first.page)).toHaveText(/Launch Dropped/);
  await expect(first.page.getByText("Drop a plan file to see what it would do")).toBeHidden();
  expect(
    await first.page.evaluate(() => window.hive.nameFile(new File(["title: x"], "/etc/passwd"))),
    "a file that a script made has no path",
  ).toBeNull();
});

test("a new plan begins as one that runs, and becomes a file when it is saved", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  await answerFileDialogs(opened, null);
  const places = await placesOf(page, "Open plan file");
  await goTo(page, "#/launch");
  await expect(start(page)).toBeEnabled();
  expect(await places(), "nothing moves under the pointer when the first plan comes").toHaveLength(1);
  await source(page, /^New plan/).click();
  await expect(start(page)).toHaveText(/Launch New plan/);
  await expect(page.getByRole("button", { name: /^Schedule/ })).toHaveAttribute("aria-disabled", "true");
  await answerSaveDialog(opened, join(folder, "fresh.yaml"));
  await page.getByRole("tab", { name: /^Plan text/ }).click();
  await editor(page).click();
  await page.keyboard.press("ControlOrMeta+s");
  await expect(page.getByText("Saved fresh.yaml")).toBeVisible();
  expect(readFileSync(join(folder, "fresh.yaml"), "utf8")).toContain("title: New plan");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(planBadge(page)).toHaveText("Completed");
});
