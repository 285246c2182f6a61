import { type Command, Option } from "commander";
import { program as programCaller } from "../main/core/operations/hive/caller";
import * as workers from "../main/core/operations/hive/workers";
import { getWorkerRows, listWorkers } from "../main/core/operations/workers";
import type { Store } from "../main/core/store/open";
import type { WorkerRow } from "../shared/model/views";
import { WORKER_STATUSES, type WorkerStatus } from "../shared/model/worker";
import { printWorker, workerJson } from "./hive-records";
import {
  acting,
  type CommandSetting,
  collect,
  type DatabaseFlags,
  looking,
  notFound,
  parseObject,
} from "./operation-command";
import { addWorkerActs } from "./worker-acts";
import { addWorkerStart } from "./worker-start";
import { isLive, printWorkerTable } from "./worker-table";

interface RegisterFlags extends DatabaseFlags {
  readonly role: string;
  readonly capability?: readonly string[];
  readonly metadata?: Record<string, unknown>;
}

interface HeartbeatFlags extends DatabaseFlags {
  readonly status?: WorkerStatus;
}

interface ListFlags extends DatabaseFlags {
  readonly all?: boolean;
  readonly role?: string;
}

const NOTES = `
Exit codes: 0 done; 1 refused; 2 the command line is wrong, or there is no such worker;
3 the database cannot be opened or written.
`;

/** `hive worker ...`: workers, as the Python programs have them. */
export function addWorkerCommands(program: Command, setting: CommandSetting): void {
  const { outputs, addDatabaseOption } = setting;
  const { out } = outputs;
  const worker = program
    .command("worker")
    .summary("start, register, list, show and unregister workers")
    .helpCommand(false);
  worker.description("Works on the list of workers, as Hive's Python programs do.").addHelpText("after", NOTES);
  const command = (name: string, description: string) =>
    addDatabaseOption(worker.command(name).description(description)).option("--json", "JSON for scripts");
  const done = (flags: DatabaseFlags, id: string, record: Readonly<Record<string, unknown>>, words: string) =>
    out.line(flags.json ? JSON.stringify({ worker_id: id, ...record }) : `${out.paint("green", "✓")} ${id} ${words}`);

  command("register", "Registers a worker as active, or updates its registration.")
    .argument("<id>", "what it is called")
    .requiredOption("-r, --role <role>", "what it is for: backend, review...")
    .option("-c, --capability <name>", "what it can do; repeat it for more", collect)
    .option("--metadata <json>", "anything else, a JSON object", parseObject)
    .action((workerId: string, flags: RegisterFlags) =>
      acting(
        setting,
        flags,
        async (store, caller) => {
          const { role, capability, metadata } = flags;
          await workers.registerWorker(store, caller, { workerId, role, capabilities: capability, metadata });
          done(flags, workerId, { registered: true }, "is registered");
          return undefined;
        },
        { create: true },
      ),
    );

  command("heartbeat", "Says that a worker lives.")
    .argument("<id>", "the worker's id")
    .addOption(new Option("-s, --status <status>", "how it is (default: as it was)").choices(WORKER_STATUSES))
    .action((id: string, flags: HeartbeatFlags) =>
      acting(setting, flags, async (store, caller) => {
        if (!(await workers.updateWorkerHeartbeat(store, caller, id, flags.status))) {
          throw notFound("worker", id, store.file);
        }
        done(flags, id, { beat: true }, "has beaten");
        return undefined;
      }),
    );

  command("list", "Lists the workers that live, with what they do and the slots of each program.")
    .option("-r, --role <role>", "only those of this role")
    .option("-a, --all", "those that are dead, silent or offline, too")
    .action((flags: ListFlags) =>
      looking(setting, flags, async (store) => {
        const rows = listWorkers(store).filter(
          ({ role, state }) => (flags.role === undefined || role === flags.role) && (flags.all || isLive(state)),
        );
        if (flags.json) for (const row of rows) out.line(JSON.stringify(await recordOf(store, row)));
        else if (rows.length > 0) printWorkerTable(out, rows, store.clock.now());
        else out.line(`No ${flags.all ? "" : "live "}workers in ${store.file}.`);
        return undefined;
      }),
    );

  command("show", "Shows a worker, active or not.")
    .argument("<id>", "the worker's id")
    .action((id: string, flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const found = await workers.getWorker(store, programCaller, id);
        const [row] = getWorkerRows(store, [id]);
        if (!found || !row) throw notFound("worker", id, store.file);
        if (flags.json) out.line(JSON.stringify(await recordOf(store, row)));
        else printWorker(out, found, row, store.clock.now());
        return undefined;
      }),
    );

  command("unregister", "Takes a worker off the list; its runs stay.")
    .argument("<id>", "the worker's id")
    .action((id: string, flags: DatabaseFlags) =>
      acting(setting, flags, async (store, caller) => {
        if (!(await workers.unregisterWorker(store, caller, id))) throw notFound("worker", id, store.file);
        done(flags, id, { unregistered: true }, "is off the list");
        return undefined;
      }),
    );

  addWorkerActs(worker, setting);
  addWorkerStart(worker, setting);
}

/** As the Python programs see it, and as the console does. */
async function recordOf(store: Store, row: WorkerRow): Promise<Readonly<Record<string, unknown>>> {
  const found = await workers.getWorker(store, programCaller, row.id);
  const { id, state, drained, pid, host } = row;
  return { worker_id: id, ...(found && workerJson(found)), state, drained, pid, host };
}
