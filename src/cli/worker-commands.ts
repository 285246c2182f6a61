import { type Command, Option } from "commander";
import { program as programCaller } from "../main/core/operations/hive/caller";
import * as workers from "../main/core/operations/hive/workers";
import { listWorkers } from "../main/core/operations/workers";
import { WORKER_STATUSES, type WorkerStatus } from "../shared/model/worker";
import { printWorker, printWorkers, workerJson } from "./hive-records";
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
import { printWorkerTable } from "./worker-table";

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

  command("list", "Lists active workers, the latest heartbeat first.")
    .option("-r, --role <role>", "only those of this role")
    .option("-a, --all", "every worker, with its health and the slots of each program")
    .action((flags: ListFlags) =>
      looking(setting, flags, async (store) => {
        if (flags.all) {
          const all = listWorkers(store).filter(({ role }) => flags.role === undefined || role === flags.role);
          if (flags.json) for (const one of all) out.line(JSON.stringify(one));
          else printWorkerTable(out, all, store.clock.now());
          return undefined;
        }
        const active = await workers.getActiveWorkers(store, programCaller, flags.role);
        if (flags.json) for (const one of active) out.line(JSON.stringify(workerJson(one)));
        else if (active.length === 0) out.line(`No active workers in ${store.file}.`);
        else printWorkers(out, active, store.clock.now());
        return undefined;
      }),
    );

  command("show", "Shows a worker, active or not.")
    .argument("<id>", "the worker's id")
    .action((id: string, flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const found = await workers.getWorker(store, programCaller, id);
        if (!found) throw notFound("worker", id, store.file);
        if (flags.json) out.line(JSON.stringify(workerJson(found)));
        else printWorker(out, found, store.clock.now());
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
