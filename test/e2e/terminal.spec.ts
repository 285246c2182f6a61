import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, writePlan } from "../helpers/app";
import { openPlanTab, taskRow } from "../helpers/screen";
import { hive } from "../helpers/terminal";

test("a run from a terminal is shown live in a window on the same file", async ({ launch, folder, dataFolder }) => {
  const { page } = await launch();
  await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  const plan = writePlan(folder, {
    title: "From the terminal",
    subtasks: [
      { id: "wait", title: "Wait", run: "until [ -e go ]; do sleep 0.05; done" },
      { id: "after", title: "Go on", dependencies: ["wait"], run: "echo on" },
    ],
  });
  const run = hive(["run", plan], dataFolder);

  await page.getByRole("link", { name: "From the terminal", exact: true }).click();
  await openPlanTab(page, "tasks");
  await expect(taskRow(page, "Wait")).toContainText("In progress");
  await expect(taskRow(page, "Go on")).toContainText("Waiting");
  writeFileSync(join(folder, "go"), "");
  await expect(taskRow(page, "Wait")).toContainText("Completed");
  await expect(taskRow(page, "Go on")).toContainText("Completed");
  expect(await run.ended, run.output()).toBe(0);
});
