import { Argument, type Command } from "commander";
import { abortBulk, getBulk, startBulk } from "../main/core/operations/bulk";
import { retryFrom } from "../main/core/operations/retry-from";
import { changeTask } from "../main/core/operations/tasks";
import type { Store } from "../main/core/store/open";
import type { BulkJob } from "../shared/control-contract";
import { HiveError } from "../shared/errors";
import { TASK_STATUSES, type TaskStatus } from "../shared/model/task";
import type { TaskChange } from "../shared/model/task-change";
import { printReport, showPreview } from "./act-report";
import { EXIT, type ExitCode } from "./exit-codes";
import { filterNamed, TASK_NAMES, taskNamed } from "./named";
import { acting, type CommandSetting, type DatabaseFlags, parseInteger } from "./operation-command";
import { operatorName } from "./operator";
import { scriptRecord } from "./script-record";
import { listenForInterrupts } from "./signals";
import { lookOf } from "./style";
import { addTaskEdit } from "./task-edit";
import { addFilterOptions, type FilterFlags, filterOf, onlyTask } from "./task-filter-flags";
import { addTaskReassign } from "./task-reassign";
import { formatCount, plainText } from "./text";

interface ActFlags extends DatabaseFlags, FilterFlags {
  readonly reason?: string;
  readonly preview?: boolean;
  readonly letEnd?: boolean;
  readonly from?: boolean;
}

/** What a person reads after the number of tasks. */
const WORDS: Readonly<Record<TaskChange["act"], string>> = {
  "tasks.retry": "queued again",
  "tasks.cancel": "cancelled, or asked to stop",
  "tasks.setPriority": "given the priority",
  "tasks.approve": "approved",
  "tasks.reject": "rejected",
  "tasks.sendBack": "sent back",
  "tasks.forceState": "forced",
};

type Commands = (name: string, description: string) => Command;

/** `hive task retry|cancel|priority|force|edit|approve|reject|send-back`: on one task, or on all that a filter matches. */
export function addTaskActs(command: Commands, setting: CommandSetting): void {
  const many = (name: string, description: string) =>
    addFilterOptions(command(name, description))
      .option("--reason <text>", "why, for the audit log")
      .option("--preview", "only say what would be touched, and why others are left alone");
  const ids = () => new Argument("[ids...]", `${TASK_NAMES}; or say which with the options`);

  many("retry", "Queues failed, cancelled and escalated tasks, and those that need rework, again.")
    .addArgument(ids())
    .option("--from", "the one task and everything that depends on it, completed or not")
    .action((taskIds: string[], flags: ActFlags) =>
      flags.from ? runFrom(setting, taskIds, flags) : run(setting, { act: "tasks.retry" }, taskIds, flags),
    );
  many("cancel", "Cancels tasks; running ones are stopped with all their processes.")
    .addArgument(ids())
    .option("--let-end", "let running ones go on to their ends, and do not retry them")
    .action((taskIds: string[], flags: ActFlags) =>
      run(setting, { act: "tasks.cancel", mode: flags.letEnd ? "let_end" : "kill" }, taskIds, flags),
    );
  many("priority", "Sets the priority of tasks, also of those that are queued already: the higher, the sooner.")
    .addArgument(new Argument("<priority>", "a whole number").argParser(parseInteger))
    .addArgument(ids())
    .action((priority: number, taskIds: string[], flags: ActFlags) =>
      run(setting, { act: "tasks.setPriority", priority }, taskIds, flags),
    );
  many("force", "Writes a status against the rules; needs --reason. Refused while a process works on the task.")
    .addArgument(new Argument("<status>", "the status").choices(TASK_STATUSES))
    .addArgument(ids())
    .action((status: TaskStatus, taskIds: string[], flags: ActFlags) => {
      requireReason(flags);
      return run(setting, { act: "tasks.forceState", status }, taskIds, flags);
    });
  many("approve", "Passes tasks that wait for a review.")
    .addArgument(ids())
    .action((taskIds: string[], flags: ActFlags) => run(setting, { act: "tasks.approve" }, taskIds, flags));
  many("reject", "Refuses tasks that wait for a review; a gate has failed then.")
    .addArgument(ids())
    .action((taskIds: string[], flags: ActFlags) => run(setting, { act: "tasks.reject" }, taskIds, flags));
  many("send-back", "Asks for changes: the tasks need rework until they are retried.")
    .addArgument(ids())
    .action((taskIds: string[], flags: ActFlags) => run(setting, { act: "tasks.sendBack" }, taskIds, flags));
  addTaskReassign(command, setting);
  addTaskEdit(command, setting);
}

function requireReason({ reason, preview }: ActFlags): void {
  if (preview || (reason ?? "").trim() !== "") return;
  throw new HiveError("invalid_input", "Forcing a status goes against what the console knows: say why with --reason.");
}

function run(setting: CommandSetting, change: TaskChange, taskIds: readonly string[], flags: ActFlags): Promise<void> {
  const filter = filterOf(taskIds, flags);
  if (flags.preview) {
    return showPreview(setting, flags, (store) => ({ act: "tasks", change, filter: filterNamed(store, filter) }));
  }
  const { out } = setting.outputs;
  const name = onlyTask(taskIds, flags);
  return acting(setting, flags, async (store) => {
    const { reason, json } = flags;
    if (name === null) {
      const request = { change, filter: filterNamed(store, filter), reason: reason ?? null };
      return runMany(setting, store, request, flags);
    }
    const taskId = taskNamed(store, name);
    const task = await changeTask(store, { taskId, reason, actor: operatorName() }, change);
    const { id, status, state } = task;
    if (json) out.line(JSON.stringify({ task_id: id, status, state }));
    else out.line(`${out.paint("green", "✓")} ${plainText(task.title)} ${becameWords(change, state)}`);
    return undefined;
  });
}

/** What a person reads after the title of one task. */
function becameWords(change: TaskChange, state: string): string {
  const is = `is ${lookOf(state).word}`;
  if (change.act === "tasks.setPriority") return `${is}, with priority ${change.priority}`;
  if (change.act === "tasks.cancel" && change.mode === "let_end" && state === "in_progress") {
    return `${is}; it may end, and is not retried`;
  }
  return is;
}

async function runFrom(setting: CommandSetting, taskIds: readonly string[], flags: ActFlags): Promise<void> {
  const { out } = setting.outputs;
  const name = onlyTask(taskIds, flags);
  if (name === null) throw new HiveError("invalid_input", "--from takes the id of one task, and no filter.");
  if (flags.preview) {
    return showPreview(setting, flags, (store) => ({ act: "tasks.retryFrom", taskId: taskNamed(store, name) }));
  }
  return acting(setting, flags, async (store) => {
    const taskId = taskNamed(store, name);
    const report = await retryFrom(store, { taskId, reason: flags.reason, actor: operatorName() });
    if (flags.json) out.line(scriptRecord({ taskId, ...report }));
    else printReport(out, report, "queued again");
    return undefined;
  });
}

interface Many {
  readonly change: TaskChange;
  readonly filter: ReturnType<typeof filterOf>;
  readonly reason: string | null;
}

const PROGRESS_MS = 200;

async function runMany(
  { outputs }: CommandSetting,
  store: Store,
  request: Many,
  { json }: ActFlags,
): Promise<ExitCode | undefined> {
  const { out, err } = outputs;
  const actor = operatorName();
  const { jobId, ended } = await startBulk(store, { ...request, actor });
  const interrupts = listenForInterrupts();
  interrupts.react(() => void abortBulk(store, { jobId, actor, reason: "Interrupted" }));
  const showsProgress = err.isTty && !json;
  const timer = setInterval(() => {
    if (!showsProgress) return;
    const { seen, total } = getBulk(store, { jobId });
    err.write(`\r\u001b[K${total === null ? "counting …" : `${formatCount(seen)} of ${formatCount(total)}`}`);
  }, PROGRESS_MS);
  const job = await ended.finally(() => {
    clearInterval(timer);
    interrupts.end();
    if (showsProgress) err.write("\r\u001b[K");
  });
  if (job === null) throw new HiveError("shutting_down", "The database was closed meanwhile.");
  if (json) out.line(scriptRecord(job));
  else {
    printReport(out, job.report, WORDS[request.change.act]);
    if (job.total === 0) out.line("No task matches.");
    if (job.error !== null) err.line(`${err.paint("red", "hive:")} ${job.error}`);
  }
  if (interrupts.count > 0) return EXIT.interrupted;
  return isDone(job) ? undefined : EXIT.failed;
}

/** Something was done, or there was nothing to do. */
function isDone({ state, total, report }: BulkJob): boolean {
  return state === "done" && report.failed.length === 0 && (report.done > 0 || total === 0);
}
