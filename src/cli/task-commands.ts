import { Argument, type Command, Option } from "commander";
import * as tasks from "../main/core/operations/hive/tasks";
import { TASK_STATUSES, type TaskStatus } from "../shared/model/task";
import { addTaskBundle } from "./bundle-commands";
import { printTask, printTasks, taskJson } from "./hive-records";
import { TASK_NAME, taskNamed } from "./named";
import {
  acting,
  type CommandSetting,
  collect,
  type DatabaseFlags,
  looking,
  notFound,
  parseInteger,
  parseObject,
} from "./operation-command";
import { parseLimit } from "./parameters";
import { addTaskActs } from "./task-acts";
import { formatCount } from "./text";

interface CreateFlags extends DatabaseFlags {
  readonly type: string;
  readonly description?: string;
  readonly payload?: Record<string, unknown>;
  readonly workflow?: Record<string, unknown>;
  readonly priority?: number;
  readonly tag?: readonly string[];
  readonly maxRetries?: number;
  readonly phase?: string;
}

interface ListFlags extends DatabaseFlags {
  readonly status: TaskStatus;
  readonly type?: string;
  readonly limit: number;
}

interface UpdateFlags extends DatabaseFlags {
  readonly worker?: string;
  readonly phase?: string;
  readonly reason?: string;
}

const NOTES = `
Exit codes: 0 done; 1 the task cannot go there; 2 the command line is wrong, or there is no such task;
3 the database cannot be opened or written.
`;

/** `hive task ...`: single tasks, as the Python programs have them. */
export function addTaskCommands(program: Command, setting: CommandSetting): void {
  const { outputs, addDatabaseOption } = setting;
  const { out, err } = outputs;
  const task = program
    .command("task")
    .summary("create, list, show, control, review and delete tasks")
    .helpCommand(false);
  task.description("Works on single tasks, as Hive's Python programs do.").addHelpText("after", NOTES);
  const command = (name: string, description: string) =>
    addDatabaseOption(task.command(name).description(description)).option("--json", "JSON for scripts");

  addTaskBundle(task, setting);
  command("create", "Queues a new task and prints its id.")
    .argument("<title>", "what it is called")
    .requiredOption("-t, --type <type>", "what kind of work it is")
    .option("-d, --description <text>", "what is to be done")
    .option("--payload <json>", "data for whoever works on it, a JSON object", parseObject)
    .option("--workflow <json>", "its phases, a JSON object", parseObject)
    .option("--priority <n>", "the higher, the sooner (default: 1)", parseInteger)
    .option("--tag <tag>", "a tag; repeat it for more", collect)
    .option("--max-retries <n>", "attempts after the first (default: 3)", parseInteger)
    .option("--phase <phase>", 'the phase it begins in (default: "start")')
    .action((title: string, flags: CreateFlags) =>
      acting(
        setting,
        flags,
        async (store, caller) => {
          const { type, description, payload, workflow, priority, tag, maxRetries, phase } = flags;
          const taskId = await tasks.createTask(store, caller, {
            ...{ title, taskType: type, description, payload, workflow, priority, maxRetries },
            tags: tag,
            currentPhase: phase,
          });
          out.line(flags.json ? JSON.stringify({ task_id: taskId }) : taskId);
          return undefined;
        },
        { create: true },
      ),
    );

  command("list", "Lists tasks of one status, the highest priority first, then the oldest.")
    .addOption(new Option("-s, --status <status>", "of which status").choices(TASK_STATUSES).default("queued"))
    .option("-t, --type <type>", "only queued tasks of this type")
    .option("-n, --limit <n>", "at most so many", parseLimit, 50)
    .action((flags: ListFlags) =>
      looking(setting, flags, async (store) => {
        const { status, type, limit, json } = flags;
        const page = await tasks.pageTasks(store, { status, taskType: type, limit });
        if (json) for (const one of page.rows) out.line(JSON.stringify(taskJson(one)));
        else if (page.rows.length === 0) out.line(`No ${status} tasks in ${store.file}.`);
        else printTasks(out, page.rows);
        if (page.next !== null) {
          err.line(`There are more: the first ${formatCount(page.rows.length)} are shown (--limit N).`);
        }
        return undefined;
      }),
    );

  command("show", "Shows a task.")
    .argument("<id>", TASK_NAME)
    .action((name: string, flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const found = await tasks.getTask(store, taskNamed(store, name));
        if (!found) throw notFound("task", name, store.file);
        if (flags.json) out.line(JSON.stringify(taskJson(found)));
        else printTask(out, found);
        return undefined;
      }),
    );

  command("update", "Moves a task to another status. The same status again notes worker and phase only.")
    .argument("<id>", "the task's id")
    .addArgument(new Argument("<status>", "where it goes").choices(TASK_STATUSES))
    .option("--worker <id>", "who works on it")
    .option("--phase <phase>", "the phase it is in")
    .option("--reason <text>", "why it failed or was cancelled")
    .action((id: string, status: TaskStatus, flags: UpdateFlags) =>
      acting(setting, flags, async (store, caller) => {
        const { worker, phase, reason } = flags;
        const metadata = {
          ...(worker === undefined ? {} : { assignedWorker: worker }),
          ...(phase === undefined ? {} : { currentPhase: phase }),
          ...(reason === undefined ? {} : { failureReason: reason }),
        };
        if (!(await tasks.updateTaskStatus(store, caller, id, status, metadata)))
          throw notFound("task", id, store.file);
        // A running task is asked to stop, and is cancelled when it has.
        const now = (await tasks.getTask(store, id))?.status ?? status;
        if (flags.json) out.line(JSON.stringify({ task_id: id, status: now }));
        else if (now === status) out.line(`${out.paint("green", "✓")} ${id} is ${now}`);
        else out.line(`${out.paint("yellow", "◍")} ${id} was asked to stop; it is ${status} when it has`);
        return undefined;
      }),
    );

  addTaskActs(command, setting);

  command("delete", "Deletes a task with its runs.")
    .argument("<id>", "the task's id")
    .action((id: string, flags: DatabaseFlags) =>
      acting(setting, flags, async (store, caller) => {
        if (!(await tasks.deleteTask(store, caller, id))) throw notFound("task", id, store.file);
        out.line(
          flags.json ? JSON.stringify({ task_id: id, deleted: true }) : `${out.paint("green", "✓")} ${id} deleted`,
        );
        return undefined;
      }),
    );
}
