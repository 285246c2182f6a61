import { HiveError } from "../../../shared/errors";
import type { Environment } from "../agents/agent";
import { createLocalAgents } from "../agents/local-agents";
import { processStart, thisHost } from "../process-identity";
import { type LiveRun, setRunProcess } from "../store/queue";
import { superviseProcess } from "./attempt";
import type { Begun, ExecutorContext, RunnableClaim } from "./begun";
import { inheritedEnvironment, taskEnvironment } from "./environment";
import { createInProcess } from "./in-process";
import { type Launched, launch } from "./launch";
import { attemptFiles, createPlanFolders, writeInputs } from "./task-files";

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
function createCommandExecutor(context: ExecutorContext): Executor["start"] {
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

/** Begins attempts, each by the agent that its task names. Nothing is started unless the lease is confirmed just before. */
export interface Executor {
  start(claim: RunnableClaim): Promise<Begun>;
  /** Takes up an attempt that another console began inside itself; null: it is a process, to be found as one. */
  resume(run: LiveRun): Promise<Begun> | null;
}

export function createExecutor(context: ExecutorContext, environment: Environment = process.env): Executor {
  const agents = createLocalAgents(environment);
  const runCommand = createCommandExecutor(context);
  const inProcess = createInProcess(context, environment);
  const agentInside = (id: string | undefined) => {
    const agent = agents.get(id ?? "");
    return agent === null || agent.execute === null ? null : agent;
  };
  return {
    start(claim) {
      const agent = agentInside(claim.spec.agent);
      return agent === null ? runCommand(claim) : inProcess.start(agent, claim).catch(postponed);
    },
    resume(run) {
      const agent = agentInside(run.spec?.agent);
      return agent === null ? null : inProcess.resume(agent, run).catch(postponed);
    },
  };
}
