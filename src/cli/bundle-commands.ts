import { resolve } from "node:path";
import type { Command } from "commander";
import { version } from "../../package.json";
import { writeBundle } from "../main/core/operations/bundle";
import type { Store } from "../main/core/store/open";
import type { BundleManifest } from "../shared/model/bundle";
import { EXIT } from "./exit-codes";
import { PLAN_NAME, planNamed, TASK_NAME, taskNamed } from "./named";
import { type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { operatorName } from "./operator";
import { listenForInterrupts } from "./signals";
import { formatCount, plainText, plural } from "./text";

interface BundleFlags extends DatabaseFlags {
  readonly out: string;
}

const NOTES = `
The bundle is one file, a database of its own: open it with Hive Console, or give it to any command with --db. It can
be looked at, and not changed. Known secrets, and values under keys such as "password" or "token", are written over;
what a task printed otherwise is in its log as it stands.

Exit codes: 0 written; 2 there is no such plan or task; 3 the database or the file; 130 interrupted, nothing is left.
`;

/** `hive plan bundle`. */
export function addPlanBundle(plan: Command, setting: CommandSetting): void {
  bundleCommand(plan, setting, "Writes a plan with its tasks, attempts, events, acts and logs as one file.")
    .argument("<id>", PLAN_NAME)
    .action((name: string, flags: BundleFlags) => run(setting, flags, "plan", (store) => planNamed(store, name)));
}

/** `hive task bundle`. */
export function addTaskBundle(task: Command, setting: CommandSetting): void {
  bundleCommand(task, setting, "Writes a task with its attempts, events, acts and logs as one file.")
    .argument("<id>", TASK_NAME)
    .action((name: string, flags: BundleFlags) => run(setting, flags, "task", (store) => taskNamed(store, name)));
}

function bundleCommand(parent: Command, { addDatabaseOption }: CommandSetting, description: string): Command {
  return addDatabaseOption(parent.command("bundle").description(description))
    .requiredOption("-o, --out <file>", "the file to write; what stands there is replaced")
    .option("--json", "one JSON object")
    .addHelpText("after", NOTES);
}

function run(
  setting: CommandSetting,
  flags: BundleFlags,
  kind: "plan" | "task",
  idOf: (store: Store) => string,
): Promise<void> {
  const { out, err } = setting.outputs;
  return looking(setting, flags, async (store) => {
    const interrupts = listenForInterrupts();
    const abort = new AbortController();
    interrupts.react(() => abort.abort());
    const file = resolve(flags.out);
    const showsProgress = err.isTty && !flags.json;
    try {
      const manifest = await writeBundle(store, {
        kind,
        id: idOf(store),
        file,
        madeBy: operatorName(),
        versions: { hive: version, node: process.versions.node, platform: `${process.platform} ${process.arch}` },
        signal: abort.signal,
        onProgress: ({ rows }) => {
          if (showsProgress) err.write(`\r\u001b[Kbundling: ${formatCount(rows)} rows …`);
        },
      });
      if (showsProgress) err.write("\r\u001b[K");
      if (flags.json) out.line(JSON.stringify({ file, ...manifest }));
      else out.line(`${out.paint("green", "✓")} ${file}: ${wordsOf(manifest)}`);
      return EXIT.ok;
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      err.line("Interrupted. Nothing was written.");
      return EXIT.interrupted;
    } finally {
      interrupts.end();
    }
  });
}

function wordsOf({ title, rows, logs, hidden, cutLogs }: BundleManifest): string {
  const all = Object.values(rows).reduce((sum, count) => sum + count, 0);
  return [
    plainText(title),
    plural(rows.tasks ?? 0, "task"),
    plural(all, "row"),
    plural(logs, "log"),
    ...(hidden > 0 ? [`${plural(hidden, "secret")} written over`] : []),
    ...(cutLogs > 0 ? [`${plural(cutLogs, "log")} cut`] : []),
  ].join(", ");
}
