import type { Command } from "commander";
import { previewReassign, reassignTask } from "../main/core/operations/reassign-task";
import { EXIT } from "./exit-codes";
import { taskNamed } from "./named";
import { acting, type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { operatorName } from "./operator";
import { scriptRecord } from "./script-record";
import { plainText } from "./text";

interface ReassignFlags extends DatabaseFlags {
  readonly drain?: boolean;
  readonly reason?: string;
  readonly preview?: boolean;
}

/** `hive task reassign`. `command` makes a command of the group. */
export function addTaskReassign(
  command: (name: string, description: string) => Command,
  setting: CommandSetting,
): void {
  const { out } = setting.outputs;
  command(
    "reassign",
    "Takes a task from the external worker that has it and queues it for others; the attempt does not count.",
  )
    .argument("<task>", "its id, the beginning of it, or its name in the plan that runs or the latest")
    .option("--drain", "give that worker no more tasks, so that another does this one")
    .option("--reason <text>", "why, for the audit log")
    .option("--preview", "only say what would be done")
    .action((name: string, flags: ReassignFlags) => {
      if (flags.preview) {
        return looking(setting, flags, async (store) => {
          const preview = previewReassign(store, { taskId: taskNamed(store, name) });
          if (flags.json) out.line(scriptRecord(preview));
          else if (preview.refusal !== null) out.line(`It would be refused. ${preview.refusal}`);
          else {
            const stops = preview.isStopped ? "; what of it runs here would be stopped" : "";
            out.line(
              `${plainText(preview.task.title)} would be taken from ${preview.task.workerId ?? "its worker"} and queued${stops}.`,
            );
          }
          return preview.refusal === null ? EXIT.ok : EXIT.failed;
        });
      }
      return acting(setting, flags, async (store) => {
        const taskId = taskNamed(store, name);
        const { drain = false, reason } = flags;
        const done = await reassignTask(store, { taskId, drain, reason, actor: operatorName() });
        const drained = done.drained ? ", which is given no more tasks" : "";
        if (flags.json) out.line(scriptRecord({ taskId, workerId: done.workerId, drained: done.drained }));
        else {
          const words = `is taken from ${plainText(done.workerId)}${drained}, and queued again`;
          out.line(`${out.paint("green", "✓")} ${plainText(done.task.title)} ${words}`);
        }
        return undefined;
      });
    });
}
