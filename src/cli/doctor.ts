import { existsSync } from "node:fs";
import { access, constants, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { checkAgents } from "../main/core/operations/agents";
import { listWorkers } from "../main/core/operations/workers";
import { isAlive } from "../main/core/process-identity";
import { listUsedAgents, readQueueFacts } from "../main/core/store/doctor-rows";
import { readLease } from "../main/core/store/lease";
import type { Store } from "../main/core/store/open";
import { listLiveRuns } from "../main/core/store/queue";
import type { FindingKind, FoundRow, Severity } from "../shared/model/doctor";
import { openToRead, requireNodeApi } from "./database";
import { examineData } from "./doctor-data";
import type { Outputs } from "./output";
import { formatBytes, plural } from "./text";

export interface DoctorFinding {
  readonly area: "runtime" | "database" | "data" | "disk" | "dispatcher" | "runs" | "workers" | "agents";
  readonly severity: Severity;
  readonly message: string;
  /** What to do; null: nothing. */
  readonly action: string | null;
  /** Of the data: which check, how many rows it found, and the first of them. */
  readonly kind?: FindingKind;
  readonly count?: number;
  readonly rows?: readonly FoundRow[];
}

type Find = (severity: Severity, message: string, action?: string) => DoctorFinding;

const finder =
  (area: DoctorFinding["area"]): Find =>
  (severity, message, action) => ({ area, severity, message, action: action ?? null });

/** Looks at everything that plans need, and changes nothing. */
export async function examine(databaseFile: string, outputs: Outputs, thorough = true): Promise<DoctorFinding[]> {
  const findings = [...checkRuntime()];
  if (!existsSync(databaseFile)) {
    const find = finder("database");
    findings.push(
      find("warning", `There is no database ${databaseFile} yet.`, "Make one: hive run PLAN, or open the window."),
    );
    return [...findings, ...(await checkAllAgents(databaseFile, null))];
  }
  requireNodeApi();
  const { findings: inFile, isSound } = await examineData(databaseFile, outputs, thorough);
  findings.push(...inFile, ...(await checkDisk(databaseFile)));
  if (!isSound) return findings;
  const core = await openToRead(databaseFile, outputs.err);
  try {
    const { store } = core;
    findings.push(...checkDispatcher(store), ...checkRuns(store), ...checkWorkers(store));
    return [...findings, ...(await checkAllAgents(databaseFile, store))];
  } finally {
    await core.close();
  }
}

const LEAST_NODE = 22;

function checkRuntime(): DoctorFinding[] {
  const find = finder("runtime");
  const { node, napi } = process.versions;
  const major = Number(node.split(".")[0]);
  if (major < LEAST_NODE && !process.env.HIVE_SQLITE_BINDING) {
    return [
      find("problem", `Node ${node} is too old.`, `Install Node ${LEAST_NODE} or newer, or use: npm run hive -- ...`),
    ];
  }
  return [find("ok", `Node ${node} (Node-API ${napi}), ${process.platform} ${process.arch}`)];
}

const LOW_BYTES = 1_073_741_824;
const NO_BYTES = 104_857_600;

async function checkDisk(file: string): Promise<DoctorFinding[]> {
  const find = finder("disk");
  const folder = dirname(file);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const words = `${formatBytes(free)} free in ${folder}`;
  const space =
    free < NO_BYTES
      ? find("problem", words, "Make room: with a full disk nothing is started.")
      : free < LOW_BYTES
        ? find("warning", words, "Make room before it is full: then nothing would be started.")
        : find("ok", words);
  return [space, ...(await checkWritable(folder, find)), ...(await checkWritable(`${file}.files`, find))];
}

async function checkWritable(folder: string, find: Find): Promise<DoctorFinding[]> {
  if (!existsSync(folder)) return [];
  try {
    await access(folder, constants.W_OK);
    return [];
  } catch {
    return [find("problem", `${folder} may not be written by this user.`, "Correct its permissions.")];
  }
}

function checkDispatcher(store: Store): DoctorFinding[] {
  const find = finder("dispatcher");
  const holder = readLease(store.read)?.holder ?? null;
  const { ready, executing, paused } = readQueueFacts(store.read);
  const work = `${plural(ready, "task")} ready, ${plural(executing, "plan")} executing, ${paused} paused`;
  const start = "Open the window, or run: hive plan watch --last";
  if (holder === null) {
    return [
      ready > 0
        ? find("problem", `Nobody starts tasks: ${work}.`, start)
        : find("ok", `Nobody starts tasks; there are none to start.`),
    ];
  }
  const name = `${holder.program}, process ${holder.pid} on ${holder.host}`;
  const alive = isAlive(holder);
  if (alive === false)
    return [find(ready > 0 ? "problem" : "warning", `Who started the tasks is gone (${name}): ${work}.`, start)];
  if (alive === null)
    return [
      find(
        "warning",
        `Tasks are started by ${name}; from here it cannot be seen whether it lives.`,
        `Look on ${holder.host}.`,
      ),
    ];
  return [find("ok", `Tasks are started by ${name}, ${plural(holder.slots, "slot")}: ${work}`)];
}

const MOST_NAMED = 5;

function checkRuns(store: Store): DoctorFinding[] {
  const find = finder("runs");
  const live = listLiveRuns(store.read);
  const gone = live.filter((run) => run.pid !== null && isAlive(run) === false);
  if (gone.length === 0) return [find("ok", `${plural(live.length, "attempt")} running`)];
  const named = gone.slice(0, MOST_NAMED).map(({ taskId }) => taskId);
  const message = `${plural(gone.length, "attempt")} without a process: ${named.join(", ")}${gone.length > MOST_NAMED ? "…" : ""}`;
  return [
    find("warning", message, "Whoever starts tasks next records how they ended: open the window, or hive plan watch."),
  ];
}

const STATE_WORDS: Readonly<Record<string, string>> = {
  stale: "has missed its heartbeats",
  dead: "has no process any more",
  zombie: "has ended, and its parent has not noticed",
  error: "reports an error",
};

function checkWorkers(store: Store): DoctorFinding[] {
  const find = finder("workers");
  const workers = listWorkers(store).filter(({ state }) => state !== "offline");
  const bad = workers.filter(({ state }) => state !== "busy" && state !== "idle");
  const drained = workers.filter((worker) => worker.drained);
  const findings = bad.map(({ id, role, state, currentTaskTitle }) => {
    const doing = currentTaskTitle === null ? "" : `, with ${currentTaskTitle}`;
    const words = STATE_WORDS[state] ?? `is ${state}`;
    return find("warning", `${id} (${role}) ${words}${doing}.`, `Start it again, or: hive worker unregister ${id}`);
  });
  if (drained.length > 0) {
    const message = `${plural(drained.length, "worker")} drained: ${drained
      .slice(0, MOST_NAMED)
      .map(({ id }) => id)
      .join(", ")}`;
    findings.push(find("warning", message, "hive worker undrain ID lets one take tasks again."));
  }
  return findings.length > 0 ? findings : [find("ok", `${plural(workers.length, "worker")} live`)];
}

/** An agent that cannot work is a problem where a running plan needs it. */
async function checkAllAgents(databaseFile: string, store: Store | null): Promise<DoctorFinding[]> {
  const find = finder("agents");
  const used = new Set(store === null ? [] : listUsedAgents(store.read));
  const checks = await checkAgents({ databaseFile, environment: process.env });
  const unwell = checks.filter(({ status, id }) => status !== "healthy" && used.has(id));
  const idle = checks.filter(({ status, id }) => status !== "healthy" && !used.has(id)).map(({ id }) => id);
  const healthy = checks.filter(({ status }) => status === "healthy").map(({ id }) => id);
  return [
    ...unwell.map(({ id, status, message }) =>
      find(
        status === "unhealthy" ? "problem" : "warning",
        `${id}, which a running plan needs: ${message}`,
        `hive agent show ${id}`,
      ),
    ),
    find("ok", `Can work: ${healthy.join(", ")}`),
    ...(idle.length > 0 ? [find("ok", `Not set up, and not needed now: ${idle.join(", ")}`)] : []),
  ];
}
