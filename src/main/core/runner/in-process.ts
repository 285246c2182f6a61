import type { AgentWork } from "../../../shared/model/agent-work";
import type { Agent, AgentTask, Environment } from "../agents/agent";
import { FinalFailure, WorkFailure } from "../agents/agent";
import { openAttemptLog } from "../agents/attempt-log";
import { fillWork } from "../agents/fill";
import type { LiveRun } from "../store/queue";
import { setRunLog } from "../store/run-rows";
import type { Begun, ExecutorContext, RunnableClaim } from "./begun";
import { neededSecrets } from "./secrets";
import { superviseWork } from "./supervise-work";
import { type AttemptFiles, attemptFiles, createPlanFolders } from "./task-files";
import { claimWork, forbidWork, readWork, saveWork } from "./work-file";

/** Carries out what agents do inside the console's own process, and takes up what another console began. */
export interface InProcess {
  start(agent: Agent, claim: RunnableClaim): Promise<Begun>;
  resume(agent: Agent, run: LiveRun): Promise<Begun>;
}

interface Job {
  readonly agent: Agent;
  readonly subtaskId: string;
  readonly runId: string;
  readonly correlationId: string | null;
  readonly timeoutMs: number | null;
  readonly elapsedMs: number;
  readonly files: AttemptFiles;
  /** What to do; null: it failed already, for this reason. */
  readonly work: AgentWork;
  readonly progress: unknown;
}

const NOT_STARTED = "The console ended before it had started this attempt";
const UNKNOWN_END =
  "The console ended while the request was under way: whether it was carried out is not known. Find out, then retry.";

export function createInProcess(context: ExecutorContext, environment: Environment): InProcess {
  const { store, persistence } = context;
  const makeFolders = createPlanFolders(store.filesFolder);

  const supervise = (job: Job, refusal: string | null): Begun => {
    const { agent, files, work, subtaskId, runId, correlationId, timeoutMs, elapsedMs } = job;
    void persistence.persist((tx) => setRunLog(tx, runId, files.log));
    const execute = async (signal: AbortSignal): Promise<string | null> => {
      if (refusal !== null) throw new FinalFailure(refusal);
      if (agent.execute === null) throw new FinalFailure(`The agent "${agent.id}" carries out nothing here.`);
      const log = openAttemptLog(files.log);
      const task: AgentTask = {
        subtaskId,
        runId,
        correlationId,
        work,
        progress: job.progress,
        saveProgress: (progress) => saveWork(files.work, { work, progress }),
        log,
        resultFile: files.result,
        environment,
        signal,
      };
      try {
        return await agent.execute(task);
      } catch (error) {
        if (!signal.aborted) log.line(`! ${error instanceof Error ? error.message : String(error)}`);
        throw error;
      } finally {
        await log.close();
      }
    };
    return { kind: "running", attempt: superviseWork(execute, { subtaskId, timeoutMs, elapsedMs }) };
  };

  return {
    async start(agent, claim) {
      const { planId, runId, subtaskId, correlationId, spec } = claim;
      const files = attemptFiles(store.filesFolder, planId, runId);
      await makeFolders(planId);
      const job = { agent, subtaskId, runId, correlationId, timeoutMs: spec.timeoutMs, elapsedMs: 0, files };
      let work: AgentWork;
      try {
        const secrets = await neededSecrets(store.filesFolder, planId, spec.late);
        work = fillWork(spec, { parameters: { ...claim.parameters, ...secrets }, inputs: claim.inputs });
      } catch (error) {
        if (!(error instanceof WorkFailure)) throw error;
        return supervise({ ...job, work: {}, progress: null }, error.message);
      }
      if (!(await context.confirmLease(runId))) return { kind: "lost" };
      if (!(await claimWork(files.work, { work, progress: null }))) return { kind: "lost" };
      return supervise({ ...job, work, progress: null }, null);
    },

    async resume(agent, run) {
      const planId = run.planId ?? "";
      const { runId, correlationId } = run;
      const files = attemptFiles(store.filesFolder, planId, runId);
      await makeFolders(planId);
      if (await forbidWork(files.work)) return { kind: "postponed", why: NOT_STARTED, delayMs: 0 };
      const state = await readWork(files.work);
      const isKnown = state !== null && (state.progress !== null || agent.isRepeatable(state.work));
      const job = {
        agent,
        subtaskId: run.subtaskId ?? run.taskId,
        runId,
        correlationId,
        timeoutMs: run.spec?.timeoutMs ?? null,
        elapsedMs: Math.max(0, store.clock.now() - run.startedAt),
        files,
      };
      return supervise(
        { ...job, work: state?.work ?? {}, progress: state?.progress ?? null },
        isKnown ? null : UNKNOWN_END,
      );
    },
  };
}
