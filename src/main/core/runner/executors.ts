import { HiveError } from "../../../shared/errors";
import { processStart, thisHost } from "../process-identity";
import type { Store } from "../store/open";
import { type Claim, setRunProcess, type TaskSpec } from "../store/queue";
import { type Attempt, superviseProcess } from "./attempt";
import { inheritedEnvironment, taskEnvironment } from "./environment";
import { type Launched, launch } from "./launch";
import type { Persistence } from "./persistence";
import { attemptFiles, createPlanFolders, writeInputs } from "./task-files";

/** What became of the start of an attempt. */
export type Begun =
  | { readonly kind: "running"; readonly attempt: Attempt }
  /** Not its fault, and nothing was started: it is to be tried again later. */
  | { readonly kind: "postponed"; readonly why: string; readonly delayMs: number }
  /** The lease is lost: nothing was started, and it is another console's. */
  | { readonly kind: "lost" };

/** A claim whose specification could be read. */
export type RunnableClaim = Claim & { readonly spec: TaskSpec };

/** Carries out one kind of work. It starts nothing unless the dispatcher's lease is confirmed just before. */
export type Executor = (claim: RunnableClaim) => Promise<Begun>;

export interface ExecutorContext {
  readonly store: Store;
  readonly persistence: Persistence;
  readonly graceMs: number;
  /** False when another console may have the lease by now. */
  readonly confirmLease: () => Promise<boolean>;
}

/** Troubles of the machine rather than of the task. */
const PASSING_TROUBLE = new Set(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EAGAIN", "ENOMEM"]);

/** Until its pid is noted, a process whose console died is found by its environment. */
const NOTE_DELAY_MS = 20;

/** They are given this long to pass. */
const POSTPONED_MS = 5_000;

function postponed(error: unknown): Begun {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  if (PASSING_TROUBLE.has(code)) return { kind: "postponed", why: message, delayMs: POSTPONED_MS };
  throw error;
}

/** Runs commands as processes of this machine. */
export function createCommandExecutor(context: ExecutorContext): Executor {
  const { store, persistence, graceMs } = context;
  const makeFolders = createPlanFolders(store.filesFolder);
  const inherited = inheritedEnvironment(process.env);

  const start = async (claim: RunnableClaim): Promise<Launched | "lost"> => {
    const { spec, planId, runId } = claim;
    if (spec.run === null) {
      throw new HiveError("invalid_plan", `Subtask "${claim.subtaskId}" has nothing to run. Give it "run".`);
    }
    const files = attemptFiles(store.filesFolder, planId, runId);
    await makeFolders(planId);
    const inputs = await writeInputs(files, claim.inputs);
    if (!(await context.confirmLease())) return "lost";
    const env = taskEnvironment(inherited, {
      ...claim,
      env: spec.env,
      inputs,
      inputsFile: files.inputs,
      resultFile: files.result,
      planFolder: files.planFolder,
    });
    return launch({ run: spec.run, cwd: spec.cwd, env, files, subtaskId: claim.subtaskId });
  };

  /** A process that ends at once is noted together with its end: one commit instead of two. */
  const noteProcess = (runId: string, pid: number, logPath: string, ended: Promise<unknown>): void => {
    const identity = { pid, pidStart: processStart(pid), ...thisHost };
    let noted = false;
    const note = (): void => {
      if (noted) return;
      noted = true;
      clearTimeout(timer);
      void persistence.persist((tx) => setRunProcess(tx, { runId, ...identity, logPath }));
    };
    const timer = setTimeout(note, NOTE_DELAY_MS);
    void ended.then(note);
  };

  return async (claim) => {
    const files = attemptFiles(store.filesFolder, claim.planId, claim.runId);
    let launched: Launched | "lost";
    try {
      launched = await start(claim);
    } catch (error) {
      return postponed(error);
    }
    if (launched === "lost") return { kind: "lost" };
    const started = launched.kind === "started" ? launched : null;
    const attempt = superviseProcess(
      {
        group: started?.pid ?? null,
        exited: launched.kind === "started" ? launched.exited : Promise.resolve(launched.end),
        release: () => started?.child.unref(),
      },
      {
        runId: claim.runId,
        subtaskId: claim.subtaskId,
        run: claim.spec.run,
        timeoutMs: claim.spec.timeoutMs,
        files,
        elapsedMs: 0,
        graceMs,
      },
    );
    if (started !== null) noteProcess(claim.runId, started.pid, files.log, attempt.ended);
    return { kind: "running", attempt };
  };
}
