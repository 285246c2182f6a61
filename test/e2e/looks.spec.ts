import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, writePlan } from "../helpers/app";
import { createLook, useTheme } from "../helpers/looks";
import { chooseTask, goTo, launchFile, openPlanFile, openPlanTab, openTab, taskRow } from "../helpers/screen";

const PLAN = {
  title: "Nightly build",
  description: "Builds, tests and packs everything.",
  parameters: {
    target: { type: "choice", choices: ["linux", "mac"], default: "linux", description: "What to build for." },
  },
  subtasks: [
    { id: "fetch", title: "Fetch the sources", run: 'for i in 1 2 3; do echo "fetching part $i"; done' },
    {
      id: "build",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the plan's own syntax
      title: "Build for ${{ params.target }}",
      dependencies: ["fetch"],
      run: "echo building; until [ -e go ]; do sleep 0.05; done",
    },
    { id: "lint", title: "Lint", dependencies: ["fetch"], run: "echo 'src/a.c:3: unused variable' >&2; exit 3" },
    { id: "test", title: "Test", dependencies: ["build"], run: "true" },
    { id: "pack", title: "Pack", dependencies: ["test", "lint"], run: "true" },
  ],
};

for (const theme of ["dark", "light"] as const) {
  test(`every screen is accessible and fits, ${theme}`, async ({ launch, folder }) => {
    test.setTimeout(240_000);
    const opened = await launch();
    const { page } = opened;
    await useTheme(page, theme);
    const { look, found } = createLook(opened, theme);

    await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
    await look("plans-empty");
    await openPlanFile(opened, writePlan(folder, PLAN));
    await expect(page.getByText("Nightly build").first()).toBeVisible();
    await look("launch");
    await launchFile(opened, join(folder, "plan.json"));
    await expect(taskRow(page, "Build for linux")).toContainText("In progress");
    await expect(taskRow(page, "Lint")).toContainText("Failed");
    await look("plan");
    await openPlanTab(page, "graph");
    await look("plan-graph");
    await page.getByRole("tab", { name: /^Timeline/ }).click();
    await expect(page.locator("canvas[data-rows]")).toBeVisible();
    await look("plan-timeline");
    await page.getByRole("tab", { name: /^Events/ }).click();
    await page.getByRole("grid", { name: "Events" }).getByRole("row").nth(1).click();
    await look("plan-events");
    await page.getByRole("tab", { name: /^Definition/ }).click();
    await expect(page.getByRole("region", { name: "Plan text" })).toBeVisible();
    await look("plan-definition");
    await openPlanTab(page, "tasks");
    await chooseTask(page, "Build for linux");
    await look("task-summary");
    await openTab(page, "Log");
    await expect(page.getByText("building", { exact: true })).toBeVisible();
    await look("task-log");
    await openTab(page, "Attempts");
    await look("task-attempts");
    await page.keyboard.press("x");
    await expect(page.getByText("Cancel 1 running task?")).toBeVisible();
    await look("cancel-dialog");
    await page.keyboard.press("Escape");
    await goTo(page, "#/overview");
    await expect(page.getByRole("list", { name: "Needs attention" })).toContainText("Lint");
    await expect(page.getByRole("img", { name: /^Chart of/ })).toBeVisible();
    await look("overview");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("build");
    await expect(page.getByRole("option").filter({ hasText: "Nightly build" }).last()).toBeVisible();
    await look("palette");
    await page.keyboard.press("Escape");
    await goTo(page, "#/workers");
    await expect(page.getByRole("heading", { name: "Workers" })).toBeVisible();
    await look("workers");
    await goTo(page, "#/plans");
    await expect(page.getByRole("grid", { name: "Plans" })).toBeVisible();
    await look("plans");
    await page.keyboard.press("?");
    await look("shortcuts");
    await page.keyboard.press("Escape");
    await opened.requestClose();
    await expect(page.getByText("Close while 1 task runs?")).toBeVisible();
    await look("closing");
    await page.keyboard.press("Escape");
    writeFileSync(join(folder, "go"), "");
    await expect(page.getByText("Partly completed").first()).toBeVisible();
    expect(found).toEqual([]);
  });
}
