import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answerFileDialogs, expect, test, writePlan } from "../helpers/app";
import { databaseState } from "../helpers/database";
import { until } from "../helpers/processes";
import { chooseTask, launchFile, openPlanFile, openTab, planBadge, taskRow } from "../helpers/screen";

test("a plan that does not validate names line and subtask, and launches nothing", async ({
  launch,
  folder,
  dataFolder,
}) => {
  const opened = await launch();
  const { page } = opened;
  const plan = writePlan(
    folder,
    [
      "title: Broken",
      "subtasks:",
      "  - id: build",
      "    run: make",
      "    dependencies: [tset]",
      "  - id: test",
      "    run: make test",
      "",
    ].join("\n"),
    "broken.yaml",
  );
  await openPlanFile(opened, plan);
  await expect(page.getByText(/tset/).first()).toBeVisible();
  await expect(page.getByText(/\b5\b/).first()).toBeVisible();
  const start = page.getByRole("main").getByRole("button", { name: /^Launch (?!paused)/ });
  if (await start.isVisible()) await expect(start).toHaveAttribute("aria-disabled", "true");
  expect(databaseState(dataFolder).tasks).toEqual([]);
});

test("a plan file that is gone says so", async ({ launch, folder }) => {
  const opened = await launch();
  await openPlanFile(opened, join(folder, "no-such-plan.yaml"));
  await expect(opened.page.getByText(/no-such-plan\.yaml could not be read/).first()).toBeVisible();
});

const UNUSABLE: readonly { what: string; make: (folder: string) => string; says: RegExp }[] = [
  {
    what: "a file that is no SQLite database",
    make: (folder) =>
      write(join(folder, "notes.db"), "these are notes, long enough to be no header of any kind\n".repeat(40)),
    says: /not.*SQLite/i,
  },
  { what: "an empty file", make: (folder) => write(join(folder, "empty.db"), ""), says: /empty|zero/i },
  {
    what: "a place below a file",
    make: (folder) => join(write(join(folder, "file"), "x"), "below.db"),
    says: /folder|directory/i,
  },
  {
    what: "a folder",
    make: (folder) => {
      mkdirSync(join(folder, "folder.db"));
      return join(folder, "folder.db");
    },
    says: /folder|directory/i,
  },
];

function write(file: string, text: string): string {
  writeFileSync(file, text);
  return file;
}

for (const { what, make, says } of UNUSABLE) {
  test(`${what} is not opened, is not touched, and another one can be`, async ({ launch, folder }) => {
    const file = make(folder);
    const opened = await launch({ args: ["--db", file] });
    const { page } = opened;
    await expect(page.getByText("The database could not be opened")).toBeVisible();
    await expect(page.getByText(says).first()).toBeVisible();
    await expect(page.getByText(folder, { exact: false }).first(), "it says where").toBeVisible();
    if (what === "a file that is no SQLite database") expect(readFileSync(file, "utf8")).toContain("these are notes");
    if (what === "an empty file") expect(readFileSync(file, "utf8")).toBe("");

    await answerFileDialogs(opened, join(folder, "good.db"));
    await page.getByRole("button", { name: /Open another database/ }).click();
    await page
      .getByRole("dialog", { name: "Create good.db" })
      .getByRole("button", { name: /^Create it/ })
      .click();
    await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  });
}

test("a database that can be opened after all is opened on Retry", async ({ launch, folder }) => {
  const file = write(join(folder, "late.db"), "");
  const { page } = await launch({ args: ["--db", file] });
  await expect(page.getByText("The database could not be opened")).toBeVisible();
  rmSync(file);
  await page.getByRole("button", { name: "Retry" }).click();
  await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
});

test("arguments that are not understood end the program with its usage", async ({ launch }) => {
  await expect(launch({ args: ["--bd", "x.db"] })).rejects.toThrow(/unknown argument: --bd/);
});

test("tasks that fail say what happened: no such command, an exit code, a signal from outside", async ({
  launch,
  folder,
}) => {
  const opened = await launch();
  const { page } = opened;
  await launchFile(
    opened,
    writePlan(folder, {
      title: "Trouble",
      subtasks: [
        { id: "missing", title: "Call a stranger", run: ["no-such-command-anywhere", "--now"] },
        { id: "exit", title: "Leave early", run: "echo about to leave; exit 7" },
        { id: "killed", title: "Be killed", run: "echo $$ > pid.new; mv pid.new pid; exec sleep 3600" },
        { id: "after", title: "Come after", dependencies: ["exit"], run: "echo never" },
        { id: "fine", title: "Do well", run: "echo well" },
      ],
    }),
  );
  const pid = await until("the task to start", () => readPid(join(folder, "pid")));
  process.kill(pid, "SIGKILL");

  await expect(taskRow(page, "Call a stranger")).toContainText("Failed");
  await expect(taskRow(page, "Call a stranger")).toContainText("no-such-command-anywhere");
  await expect(taskRow(page, "Leave early")).toContainText("Failed");
  await expect(taskRow(page, "Leave early")).toContainText("7");
  await expect(taskRow(page, "Be killed")).toContainText("Failed");
  await expect(taskRow(page, "Be killed")).toContainText("SIGKILL");
  await expect(taskRow(page, "Come after")).toContainText("Blocked");
  await expect(taskRow(page, "Do well")).toContainText("Completed");
  await expect(planBadge(page)).toHaveText("Partly completed");

  await chooseTask(page, "Leave early");
  await openTab(page, "Log");
  await expect(page.getByText("about to leave", { exact: true })).toBeVisible();
});

function readPid(file: string): number | null {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
