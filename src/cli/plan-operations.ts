import type { Command } from "commander";
import * as plans from "../main/core/operations/hive/plans";
import { exportPlanMarkdown } from "../main/core/operations/plan-markdown";
import { HiveError } from "../shared/errors";
import { EXIT } from "./exit-codes";
import { printTask, taskJson } from "./hive-records";
import { PLAN_NAME, planNamed } from "./named";
import { acting, type CommandSetting, type DatabaseFlags, looking, notFound } from "./operation-command";
import { plural } from "./text";

/** What `hive plan` does with plans that Python programs made, and on their behalf. */
export function addPlanOperations(plan: Command, setting: CommandSetting): void {
  const { outputs, addDatabaseOption } = setting;
  const { out } = outputs;
  const command = (name: string, description: string) =>
    addDatabaseOption(plan.command(name).description(description)).option("--json", "JSON for scripts");

  command("status", "Prints a plan's status.")
    .argument("<id>", PLAN_NAME)
    .action((name: string, flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const planId = planNamed(store, name);
        const status = await plans.getExecutionPlanStatus(store, planId);
        if (status === null) throw notFound("plan", planId, store.file);
        out.line(flags.json ? JSON.stringify({ plan_id: planId, status }) : status);
        return undefined;
      }),
    );

  addDatabaseOption(plan.command("export"))
    .description("Prints what became of a plan: its final plan, its tasks and what they answered.")
    .argument("<id>", PLAN_NAME)
    .option("--markdown", "as Markdown (the default, and the only form)")
    .action((name: string, flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        out.write((await exportPlanMarkdown(store, planNamed(store, name))).markdown);
        return undefined;
      }),
    );

  command("next", "Shows the task of a plan to work on next: ready, the most urgent, the oldest.")
    .argument("<id>", PLAN_NAME)
    .action((name: string, flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const planId = planNamed(store, name);
        const task = await plans.getNextPlannedSubtask(store, planId);
        if (flags.json) out.line(JSON.stringify({ plan_id: planId, task: task && taskJson(task) }));
        else if (task) printTask(out, task);
        else out.line(`No task of plan ${planId} is ready.`);
        return undefined;
      }),
    );

  command("check", "Says whether all that tasks depend on is completed. Ends with 1 when one of them waits.")
    .argument("<tasks...>", "ids of tasks")
    .action((taskIds: string[], flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const met = await plans.checkSubtaskDependenciesBatch(store, taskIds);
        for (const [taskId, isMet] of Object.entries(met)) {
          if (flags.json) out.line(JSON.stringify({ task_id: taskId, dependencies_met: isMet }));
          else
            out.line(
              `${out.paint(isMet ? "green" : "yellow", isMet ? "✓" : "◌")} ${taskId} ${isMet ? "may start" : "waits"}`,
            );
        }
        return Object.values(met).every(Boolean) ? EXIT.ok : EXIT.failed;
      }),
    );

  command("start", "Marks a draft, generated or approved plan as executing.")
    .argument("<id>", PLAN_NAME)
    .action((name: string, flags: DatabaseFlags) =>
      acting(setting, flags, async (store, caller) => {
        const planId = planNamed(store, name);
        const started = await plans.markPlanExecutionStarted(store, caller, planId);
        const status = await plans.getExecutionPlanStatus(store, planId);
        if (status === null) throw notFound("plan", planId, store.file);
        if (!started) {
          throw new HiveError(
            "illegal_transition",
            `Plan ${planId} cannot begin: it is ${status}. Only a draft, generated or approved plan can.`,
            { planId, from: status, to: "executing" },
          );
        }
        out.line(
          flags.json
            ? JSON.stringify({ plan_id: planId, status })
            : `${out.paint("green", "✓")} ${planId} is ${status}`,
        );
        return undefined;
      }),
    );

  command("create-subtasks", "Creates the tasks that a plan's data describes; those that exist are left alone.")
    .argument("<id>", PLAN_NAME)
    .action((name: string, flags: DatabaseFlags) =>
      acting(setting, flags, async (store, caller) => {
        const planId = planNamed(store, name);
        const created = await plans.createPlannedSubtasksFromPlan(store, caller, planId);
        if (created === 0 && (await plans.getExecutionPlanStatus(store, planId)) === null) {
          throw notFound("plan", planId, store.file);
        }
        out.line(
          flags.json
            ? JSON.stringify({ plan_id: planId, created })
            : `${out.paint("green", "✓")} ${plural(created, "task")} created`,
        );
        return undefined;
      }),
    );
}
