import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, writePlan } from "../helpers/app";
import { createLook } from "../helpers/looks";
import { chooseTask, goTo, launchFile, openPlanFile, openPlanTab, openTab, taskRow } from "../helpers/screen";
import { seedDatabase } from "../seed/database";

const HOLD = 'for i in 1 2 3 4 5 6; do echo "step $i of 6"; done; until [ -e "$PLAN_FOLDER/go" ]; do sleep 0.1; done';

/** A release as an operator meets it: some of it done, some at work, one failed, one for a person to decide. */
const release = (folder: string) => ({
  title: "Release 2.4.0",
  description: "Checks, builds and publishes a release.",
  parameters: {
    version: { type: "string", default: "2.4.0", description: "The version to release." },
    target: { type: "choice", choices: ["staging", "production"], default: "staging", description: "How far it goes." },
    notify: { type: "boolean", default: true, description: "Whether the team is told." },
  },
  env: { PLAN_FOLDER: folder },
  subtasks: [
    { id: "checkout", title: "Checkout", run: "echo checked out" },
    { id: "deps", title: "Install dependencies", dependencies: ["checkout"], run: "echo installed" },
    { id: "lint", title: "Lint", dependencies: ["deps"], run: "echo clean" },
    { id: "types", title: "Typecheck", dependencies: ["deps"], run: "echo no errors" },
    ...[1, 2, 3, 4].map((shard) => ({
      id: `unit-${shard}`,
      title: `Unit tests ${shard}/4`,
      dependencies: ["deps"],
      run:
        shard === 3
          ? "echo 'ok 211 tests'; printf '\\033[31mFAIL\\033[0m token-store.test.ts: expected 3 keys, got 2\\n'; exit 1"
          : "echo 'ok 240 tests'",
    })),
    ...["linux", "mac", "win"].map((system) => ({
      id: `build-${system}`,
      title: `Build ${system}`,
      dependencies: ["deps"],
      // Two of them keep the two places of a small machine: the first at once, the other when the rest is done.
      priority: system === "win" ? 0 : 5,
      run: system === "linux" ? "echo built" : HOLD,
    })),
    {
      id: "review",
      title: "Review the changes",
      dependencies: ["lint", "types"],
      agent: "approval",
      approval: { instructions: "412 files changed. Is the diff what the release notes say?" },
    },
    {
      id: "publish",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the plan's own syntax
      title: "Publish ${{ params.version }}",
      dependencies: ["unit-1", "unit-2", "unit-3", "unit-4", "build-linux", "build-mac", "build-win", "review"],
      run: "echo published",
    },
    { id: "announce", title: "Announce", dependencies: ["publish"], run: "echo told" },
  ],
});

test("every screen of a database at work is accessible and fits, in both themes", async ({ launch, folder }) => {
  test.setTimeout(300_000);
  const file = join(folder, "orchestration.db");
  await seedDatabase(file, { tasks: 4_000, now: Date.now() });
  const opened = await launch({ args: ["--db", file] });
  const { page } = opened;
  const { look, found } = await createLook(opened);
  const main = page.getByRole("main");

  await goTo(page, "#/launch/release-rehearsal");
  await expect(main.getByRole("heading", { name: "Launch plan" })).toBeVisible();
  await expect(main.getByRole("textbox", { name: /^version/i })).toBeVisible();
  await look("launch");
  await launchFile(opened, writePlan(folder, release(folder)));
  await expect(taskRow(page, "Build mac")).toContainText("In progress");
  await expect(taskRow(page, "Unit tests 3/4")).toContainText("Failed");
  await expect(taskRow(page, "Review the changes")).toContainText("Review");
  await look("plan-tasks");
  await chooseTask(page, "Publish 2.4.0");
  await expect(page.getByRole("region", { name: "Why can’t it start?" })).toContainText("Unit tests 3/4");
  await openPlanTab(page, "graph");
  await look("plan-graph");
  await openPlanTab(page, "tasks");
  await chooseTask(page, "Unit tests 3/4");
  await openTab(page, "Log");
  await expect(page.getByText("token-store.test.ts").first()).toBeVisible();
  await look("task-log");
  await chooseTask(page, "Build mac");
  await page.keyboard.press("Shift+X");
  await expect(page.getByText("Cancel 1 running task?")).toBeVisible();
  await look("cancel-dialog");
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: /^Timeline/ }).click();
  await expect(page.locator("canvas[data-rows]")).toBeVisible();
  await look("plan-timeline");
  await page
    .getByRole("tablist", { name: "Plan" })
    .getByRole("tab", { name: /^Events/ })
    .click();
  await page.getByRole("grid", { name: "Events" }).getByRole("row").nth(1).click();
  await look("plan-events");
  await page.getByRole("tab", { name: /^Definition/ }).click();
  await expect(page.getByRole("region", { name: "Plan text" })).toBeVisible();
  await look("plan-definition");

  await goTo(page, "#/overview");
  await expect(page.getByRole("list", { name: "Needs attention" })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Chart of/ })).toBeVisible();
  await look("overview");
  await goTo(page, "#/plans");
  await expect(page.getByRole("grid", { name: "Plans" }).getByRole("row").nth(2)).toBeVisible();
  await look("plans");
  await goTo(page, "#/workers");
  await expect(page.getByRole("heading", { name: "Workers" })).toBeVisible();
  await look("workers");
  await goTo(page, "#/events?range=1h");
  await page.getByRole("grid", { name: "Events" }).getByRole("row").filter({ hasText: "task.failed" }).first().click();
  await expect(page.getByRole("list", { name: "Spans" })).toBeVisible();
  await look("events");
  await goTo(page, "#/audit");
  await page.getByRole("grid", { name: "Acts" }).getByRole("row").nth(1).click();
  await expect(page.getByRole("table", { name: "Before and after" })).toBeVisible();
  await look("audit");
  await page.getByRole("link", { name: "Release 2.4.0" }).click();
  await page.keyboard.press("h");
  await expect(page.getByRole("region", { name: "Time travel" })).toBeVisible();
  await page.getByRole("tab", { name: "Board" }).click();
  await look("plan-past");
  await goTo(page, "#/workers");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Shortcuts" })).toBeVisible();
  await look("shortcuts");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: /^Search tasks/ })).toBeFocused();
  await page.keyboard.type("release");
  await expect(page.getByRole("option").first()).toBeVisible();
  await look("palette");
  await page.keyboard.press("Escape");
  await opened.requestClose();
  await expect(page.getByText(/^Close while \d+ tasks? runs?\?$/)).toBeVisible();
  await look("closing");
  await page.keyboard.press("Escape");
  writeFileSync(join(folder, "go"), "");
  await goTo(page, "#/plans");
  await expect(page.getByRole("row").filter({ hasText: "Release 2.4.0" })).toContainText("1 failed");
  await openPlanFile(opened, join(folder, "plan.json"));
  await expect(main.getByText("Finish P50")).toBeVisible();
  await look("launch-again");
  expect(found).toEqual([]);
});

test("every view of an empty database is accessible and fits, in both themes", async ({ launch }) => {
  test.setTimeout(120_000);
  const opened = await launch();
  const { page } = opened;
  const { look, found } = await createLook(opened);
  const headings: ReadonlyArray<readonly [string, RegExp]> = [
    ["overview", /^No plans yet/],
    ["plans", /^No plans yet/],
    ["tasks", /^No tasks yet/],
    ["schedules", /^No schedules yet/],
    ["workers", /^Workers/],
    ["agents", /^Agents/],
    ["audit", /^Nobody has acted yet/],
    ["planning", /^No requests yet/],
    ["migration", /^Migration/],
    ["guide", /^User guide/],
  ];
  for (const [view, name] of headings) {
    await goTo(page, `#/${view}`);
    await expect(page.getByRole("main").getByRole("heading", { name })).toBeVisible();
    await look(`${view}-empty`);
  }
  expect(found).toEqual([]);
});
