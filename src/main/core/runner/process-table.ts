import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** It has ended and only waits for its parent to notice: nothing runs any more. */
  readonly zombie: boolean;
  /** Clock ticks from the boot to its start; 0 where the platform does not tell. */
  readonly start: number;
}

const run = promisify(execFile);

/** As many files of /proc as are read at once: the listing must not crowd out the console's other reads. */
const AT_ONCE = 32;

async function inChunks<Item, Answer>(items: readonly Item[], work: (item: Item) => Promise<Answer>) {
  const answers: Answer[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    answers.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return answers;
}

/** One line of `/proc/<pid>/stat`: the name in parentheses may hold anything, also parentheses. */
function parseStat(pid: number, stat: string): ProcessEntry | null {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  if (state === undefined || parent === undefined || group === undefined) return null;
  const zombie = state === "Z" || state === "X";
  return { pid, parent: Number(parent), group: Number(group), zombie, start: Number(fields[19]) };
}

async function readEntry(pid: number): Promise<ProcessEntry | null> {
  try {
    return parseStat(pid, await readFile(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return null;
  }
}

async function listFromProc(): Promise<ProcessEntry[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const entries = await inChunks(pids, readEntry);
  return entries.filter((entry) => entry !== null);
}

async function listFromPs(): Promise<ProcessEntry[]> {
  const { stdout } = await run("ps", ["-Ao", "pid=,ppid=,pgid=,state="]);
  return stdout.split("\n").flatMap((line) => {
    const [pid, parent, group, state] = line.trim().split(/\s+/);
    if (pid === undefined || parent === undefined || group === undefined || state === undefined) return [];
    return [
      { pid: Number(pid), parent: Number(parent), group: Number(group), zombie: state.startsWith("Z"), start: 0 },
    ];
  });
}

/** Every process of this machine that we may see. Untested on macOS; on Windows there are no groups and none is listed. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  if (process.platform === "linux") return listFromProc();
  if (process.platform === "win32") return [];
  return listFromPs();
}

/** Whether a process was started with `HIVE_RUN_ID=<runId>`. Known on Linux only. */
async function carriesRun(pid: number, runId: string): Promise<boolean> {
  try {
    const environ = await readFile(`/proc/${pid}/environ`);
    const mark = Buffer.from(`HIVE_RUN_ID=${runId}\0`);
    const at = environ.indexOf(mark);
    return at === 0 || (at > 0 && environ[at - 1] === 0);
  } catch {
    return false;
  }
}

/**
 * The living processes of an attempt: those that carry its run id, those of its group, and all that descend
 * from them. Only a process that both forgot its environment and outlived its parents escapes this.
 * @param group the attempt's process group; null when its number may belong to somebody else by now.
 */
export async function processesOfRun(runId: string, group: number | null): Promise<ProcessEntry[]> {
  const all = (await listProcesses()).filter((entry) => entry.pid !== process.pid);
  const living = all.filter((entry) => !entry.zombie);
  const marks = process.platform === "linux" ? await inChunks(living, (entry) => carriesRun(entry.pid, runId)) : [];
  const found = new Set<number>();
  living.forEach((entry, index) => {
    if (marks[index] === true || (group !== null && entry.group === group)) found.add(entry.pid);
  });
  let before = -1;
  while (before !== found.size) {
    before = found.size;
    for (const entry of all) if (found.has(entry.parent)) found.add(entry.pid);
  }
  return living.filter((entry) => found.has(entry.pid));
}

/** Whether anything in a process group still runs. */
export async function isGroupAlive(group: number): Promise<boolean> {
  if (!canSignalGroup(group)) return false;
  return (await listProcesses()).some((entry) => entry.group === group && !entry.zombie);
}

/** The cheap half of `isGroupAlive`: one system call, but a zombie counts. */
export function canSignalGroup(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
