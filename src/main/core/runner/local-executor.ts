import { writeFile } from "node:fs/promises";
import { HiveError } from "../../../shared/errors";
import { isBuiltInAgent } from "../../../shared/model/agent-work";
import { type Agent, type Environment, WorkFailure } from "../agents/agent";
import { createLocalAgents, loadAgent } from "../agents/local-agents";
import { brokenAgent } from "../agents/named-agent";
import type { Program } from "../agents/program";
import { processStart, thisHost } from "../process-identity";
import { setRunProcess } from "../store/queue";
import { superviseProcess } from "./attempt";
import type { Begun, ExecutorContext, RunnableClaim } from "./begun";
import { commandWork, programOf } from "./command-work";
import { inheritedEnvironment, taskEnvironment } from "./environment";
import type { Executor } from "./executor";
import { createInProcess } from "./in-process";
import { type Launched, launch } from "./launch";
import { routeTasks } from "./route-tasks";
import { createSpawnServer } from "./spawn-server";
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
  if (error instanceof WorkFailure) throw new HiveError("invalid_plan", message);
  if (PASSING_TROUBLE.has(code)) return { kind: "postponed", why: message, delayMs: POSTPONED_MS };
  throw error;
}

/** Runs commands as processes of this machine; `program`: a named agent's, in place of the task's own command. */
function createCommandExecutor(context: ExecutorContext): {
  run(claim: RunnableClaim, program?: Program): Promise<Begun>;
  close(): void;
} {
  const { store, persistence } = context;
  const makeFolders = createPlanFolders(store.filesFolder);
  const inherited = inheritedEnvironment(process.env);
  const server = createSpawnServer(inherited);

  const start = async (claim: RunnableClaim, program: Program | undefined): Promise<Launched | "lost"> => {
    const { planId, runId } = claim;
    const work = await commandWork(claim, store.filesFolder, program);
    const files = attemptFiles(store.filesFolder, planId, runId);
    await makeFolders(planId);
    const inputs = await writeInputs(files, claim.inputs);
    if (work.input !== null) await writeFile(files.prompt, work.input, { mode: 0o600 });
    if (!(await context.confirmLease(runId))) return "lost";
    const env = taskEnvironment(inherited, {
      ...claim,
      env: work.env,
      inputs: inputs.text,
      inputsFile: inputs.file,
      resultFile: files.result,
      planFolder: files.planFolder,
    });
    const own = { run: work.run, cwd: work.cwd, ...(work.input !== null && { input: files.prompt }) };
    return launch({ ...own, env, files, subtaskId: claim.subtaskId }, server);
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

  const run = async (claim: RunnableClaim, program?: Program): Promise<Begun> => {
    const files = attemptFiles(store.filesFolder, claim.planId, claim.runId);
    let launched: Launched | "lost";
    try {
      launched = await start(claim, program);
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
        look: () => started?.look?.(),
      },
      {
        runId: claim.runId,
        subtaskId: claim.subtaskId,
        run: program?.run ?? claim.spec.run,
        timeoutMs: claim.spec.timeoutMs,
        files,
        elapsedMs: 0,
        get graceMs() {
          return context.graceMs;
        },
      },
    );
    if (started !== null) noteProcess(claim.runId, started.pid, files.log, attempt.ended);
    return { kind: "running", attempt };
  };
  return { run, close: () => server.close() };
}

/** Carries out attempts on this host, each by the agent that its task names. */
export function createLocalExecutor(context: ExecutorContext, environment: Environment = process.env): Executor {
  const builtIn = createLocalAgents(environment);
  const commands = createCommandExecutor(context);
  const inProcess = createInProcess(context, environment);
  const namedAgent = async (id: string): Promise<Agent> => {
    const agent = await loadAgent(environment, context.store.file, id);
    return agent ?? brokenAgent(id, `There is no agent "${id}" here any more. Put its file back: hive agent list.`);
  };
  const startNamed = async (claim: RunnableClaim): Promise<Begun> => {
    const agent = await namedAgent(claim.spec.agent);
    return claim.spec.program ? commands.run(claim, programOf(agent)) : inProcess.start(agent, claim);
  };
  const executor: Executor = {
    start(claim) {
      const { agent: id } = claim.spec;
      if (!isBuiltInAgent(id)) return startNamed(claim).catch(postponed);
      const agent = builtIn.get(id);
      return agent?.execute ? inProcess.start(agent, claim).catch(postponed) : commands.run(claim);
    },
    resume(run) {
      const id = run.spec?.agent ?? "command";
      if (run.spec?.program) return null;
      if (!isBuiltInAgent(id))
        return namedAgent(id)
          .then((agent) => inProcess.resume(agent, run))
          .catch(postponed);
      const agent = builtIn.get(id);
      return agent?.execute ? inProcess.resume(agent, run).catch(postponed) : null;
    },
    close: () => commands.close(),
  };
  return routeTasks(executor, context, environment);
}
