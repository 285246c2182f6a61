import type { Command } from "commander";
import { reviewTask, type Verdict } from "../main/core/operations/tasks";
import { acting, type CommandSetting, type DatabaseFlags } from "./operation-command";
import { operatorName } from "./operator";
import { plainText } from "./text";

interface ReviewFlags extends DatabaseFlags {
  readonly reason?: string;
}

const COMMANDS: ReadonlyArray<{ readonly name: string; readonly verdict: Verdict; readonly description: string }> = [
  { name: "approve", verdict: "approve", description: "Passes a task that waits for a review." },
  { name: "reject", verdict: "reject", description: "Refuses a task that waits for a review; a gate has failed then." },
  {
    name: "send-back",
    verdict: "send_back",
    description: "Asks for changes: the task needs rework until it is retried.",
  },
];

/** `hive task approve|reject|send-back`: a person's decision. */
export function addReviewCommands(
  command: (name: string, description: string) => Command,
  setting: CommandSetting,
): void {
  const { out } = setting.outputs;
  for (const { name, verdict, description } of COMMANDS) {
    command(name, description)
      .argument("<id>", "the task's id")
      .option("--reason <text>", "why, for the audit log")
      .action((taskId: string, flags: ReviewFlags) =>
        acting(setting, flags, async (store) => {
          const { reason, json } = flags;
          const task = await reviewTask(store, { taskId, reason, verdict, actor: operatorName() });
          const { id, status } = task;
          if (json) out.line(JSON.stringify({ task_id: id, status }));
          else out.line(`${out.paint("green", "✓")} ${plainText(task.title)} is ${status}`);
          return undefined;
        }),
      );
  }
}
