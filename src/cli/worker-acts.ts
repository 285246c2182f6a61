import type { Command } from "commander";
import { drainWorkers, setSlots, undrainWorkers } from "../main/core/operations/control";
import { showPreview } from "./act-report";
import { acting, type CommandSetting, type DatabaseFlags } from "./operation-command";
import { operatorName } from "./operator";
import { parseSlots } from "./parameters";
import { plural } from "./text";

interface WorkerActFlags extends DatabaseFlags {
  readonly reason?: string;
  readonly preview?: boolean;
}

/** `hive worker drain|undrain|slots`. */
export function addWorkerActs(worker: Command, setting: CommandSetting): void {
  const { outputs, addDatabaseOption } = setting;
  const { out } = outputs;
  const command = (name: string, description: string) =>
    addDatabaseOption(worker.command(name).description(description))
      .option("--reason <text>", "why, for the audit log")
      .option("--preview", "only say what would be touched")
      .option("--json", "JSON for scripts");
  const tick = out.paint("green", "✓");

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
