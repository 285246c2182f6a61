import type { Command } from "commander";
import { drainWorkers, setSlots, undrainWorkers } from "../main/core/operations/control";
import { previewWorkerAct, rescueWorker } from "../main/core/operations/rescue-worker";
import { restartWorker } from "../main/core/operations/restart-worker";
import { showPreview } from "./act-report";
import { EXIT } from "./exit-codes";
import { acting, type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { operatorName } from "./operator";
import { parseSlots } from "./parameters";
import { scriptRecord } from "./script-record";
import { plainText, plural } from "./text";

interface WorkerActFlags extends DatabaseFlags {
  readonly reason?: string;
  readonly preview?: boolean;
}

/** `hive worker drain|undrain|rescue|restart|slots`. */
export function addWorkerActs(worker: Command, setting: CommandSetting): void {
  const { outputs, addDatabaseOption } = setting;
  const { out } = outputs;
  const command = (name: string, description: string) =>
    addDatabaseOption(worker.command(name).description(description))
      .option("--reason <text>", "why, for the audit log")
      .option("--preview", "only say what would be touched")
      .option("--json", "JSON for scripts");
  const tick = out.paint("green", "✓");
  const showHeld = (
    workerId: string,
    act: "rescue" | "restart",
    flags: WorkerActFlags,
    becomes: string,
    wouldBecome: string,
  ) =>
    looking(setting, flags, async (store) => {
      const preview = previewWorkerAct(store, { workerId, act });
      if (flags.json) out.line(scriptRecord(preview));
      else if (preview.refusal !== null) out.line(`It would be refused. ${preview.refusal}`);
      else {
        for (const { title, status } of preview.held) out.line(`  ${plainText(title)}: ${status} ${becomes}`);
        out.line(`${plural(preview.held.length, "task")} ${wouldBecome}.`);
      }
      return preview.refusal === null ? EXIT.ok : EXIT.failed;
    });

  command("drain", "Gives workers no more tasks; those that they have, they end. Lasts until undrain.")
    .argument("<ids...>", "ids of workers")
    .action((workerIds: string[], flags: WorkerActFlags) => {
      if (flags.preview) return showPreview(setting, flags, () => ({ act: "workers.drain", workerIds }));
      return acting(setting, flags, async (store) => {
        const drained = await drainWorkers(store, { workerIds, reason: flags.reason, actor: operatorName() });
        out.line(flags.json ? JSON.stringify({ drained }) : `${tick} ${plural(drained.length, "worker")} drained`);
        return undefined;
      });
    });
  command("undrain", "Gives drained workers tasks again.")
    .argument("<ids...>", "ids of workers")
    .action((workerIds: string[], flags: WorkerActFlags) => {
      if (flags.preview) return showPreview(setting, flags, () => ({ act: "workers.undrain", workerIds }));
      return acting(setting, flags, async (store) => {
        const undrained = await undrainWorkers(store, { workerIds, reason: flags.reason, actor: operatorName() });
        const words = `${plural(undrained.length, "worker")} may take tasks again`;
        out.line(flags.json ? JSON.stringify({ undrained }) : `${tick} ${words}`);
        return undefined;
      });
    });
  command("rescue", "Queues again what a worker holds that is not well, and marks it offline.")
    .argument("<id>", "the worker's id")
    .action((workerId: string, flags: WorkerActFlags) => {
      if (flags.preview) return showHeld(workerId, "rescue", flags, "becomes queued", "would be queued again");
      return acting(setting, flags, async (store) => {
        const report = await rescueWorker(store, { workerId, reason: flags.reason, actor: operatorName() });
        const words = `${plural(report.rescued.length, "task")} of ${workerId} queued again`;
        out.line(flags.json ? scriptRecord(report) : `${tick} ${words}`);
        return undefined;
      });
    });
  command("restart", "Stops what a slot of a console runs, and lets its task begin anew, without counting.")
    .argument("<id>", "the slot's id, as local-1")
    .action((workerId: string, flags: WorkerActFlags) => {
      if (flags.preview) return showHeld(workerId, "restart", flags, "begins anew", "would begin anew");
      return acting(setting, flags, async (store) => {
        const report = await restartWorker(store, { workerId, reason: flags.reason, actor: operatorName() });
        const words = `${plural(report.restarted.length, "task")} of ${workerId} begin anew when they have stopped`;
        out.line(flags.json ? scriptRecord(report) : `${tick} ${words}`);
        return undefined;
      });
    });
  command("slots", "Sets how many tasks a console runs at once on this database, from now on.")
    .argument("<n>", "a whole number from 1", parseSlots)
    .action((slots: number, flags: WorkerActFlags) => {
      if (flags.preview) return showPreview(setting, flags, () => ({ act: "runner.setSlots", slots }));
      return acting(setting, flags, async (store) => {
        await setSlots({ store, runner: null }, { slots, reason: flags.reason, actor: operatorName() });
        out.line(flags.json ? JSON.stringify({ slots }) : `${tick} ${plural(slots, "task")} at once from now on`);
        return undefined;
      });
    });
}
