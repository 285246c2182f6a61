import { create } from "zustand";
import type { AgentDetail, AgentTrial } from "../../../shared/model/agent";
import type { TaskDetail } from "../../../shared/model/views";
import { call } from "../../api";
import { whyNoTrial } from "./agent-words";

const LOOK_MS = 2_000;
/** While a test runs. */
const TRIAL_MS = 400;
const MOST_TRIALS = 8;
const LOG_BYTES = 65_536;
const ENDED: readonly string[] = ["completed", "failed", "cancelled", "rejected"];

/** A test that is shown, with what has become of it. */
export interface ShownTrial extends AgentTrial {
  readonly task: TaskDetail | null;
  /** The end of what its attempt printed. */
  readonly log: string;
}

interface DetailState {
  readonly detail: AgentDetail | null;
  readonly error: unknown;
  readonly trials: readonly AgentTrial[];
  readonly trial: ShownTrial | null;
  readonly isStarting: boolean;
  readonly trialError: unknown;
  /** What is typed for the next test, by agent. */
  readonly inputs: Readonly<Record<string, string>>;
}

const NOTHING = { detail: null, error: null, trials: [], trial: null, isStarting: false, trialError: null } as const;

export const useAgentDetail = create<DetailState>()(() => ({ ...NOTHING, inputs: {} }));

let wanted: string | null = null;
let timer: ReturnType<typeof setTimeout> | null = null;

async function load(agentId: string): Promise<void> {
  try {
    const [detail, trials] = await Promise.all([
      call("agents.get", { id: agentId }),
      call("agents.trials", { id: agentId, limit: MOST_TRIALS }),
    ]);
    if (wanted !== agentId) return;
    const before = useAgentDetail.getState();
    useAgentDetail.setState({
      detail: JSON.stringify(before.detail) === JSON.stringify(detail) ? before.detail : detail,
      trials: JSON.stringify(before.trials) === JSON.stringify(trials) ? before.trials : trials,
      error: null,
    });
    if (before.trial === null && trials[0] !== undefined) await showTrial(trials[0]);
  } catch (error) {
    if (wanted === agentId) useAgentDetail.setState({ detail: null, error });
  }
}

/** Reads what the panel shows of an agent, again and again, until the returned function is called. */
export function showAgent(agentId: string): () => void {
  if (wanted !== agentId) useAgentDetail.setState(NOTHING);
  wanted = agentId;
  void load(agentId);
  const again = setInterval(() => {
    if (!document.hidden) void load(agentId);
  }, LOOK_MS);
  return () => {
    clearInterval(again);
    if (timer !== null) clearTimeout(timer);
    if (wanted === agentId) wanted = null;
  };
}

/** Shows a test, and follows it to its end. */
export async function showTrial(trial: AgentTrial): Promise<void> {
  const agentId = wanted;
  if (timer !== null) clearTimeout(timer);
  try {
    const task = await call("tasks.get", { taskId: trial.taskId });
    const [run] = task.runs;
    const log = run?.hasLog ? (await call("runs.readLog", { runId: run.id, maxBytes: LOG_BYTES })).text : "";
    if (wanted !== agentId) return;
    useAgentDetail.setState({ trial: { ...trial, status: task.status, task, log }, trialError: null });
    if (ENDED.includes(task.status)) return;
  } catch (trialError) {
    if (wanted !== agentId) return;
    useAgentDetail.setState({ trial: { ...trial, task: null, log: "" }, trialError });
  }
  timer = setTimeout(() => void showTrial(trial), TRIAL_MS);
}

export function typeInput(agentId: string, input: string): void {
  useAgentDetail.setState(({ inputs }) => ({ inputs: { ...inputs, [agentId]: input } }));
}

/** Has the agent do what is typed. */
export async function startTrial(agent: AgentDetail): Promise<void> {
  if (whyNoTrial(agent) !== null || useAgentDetail.getState().isStarting) return;
  useAgentDetail.setState({ isStarting: true, trialError: null });
  try {
    const trial = await call("agents.try", { id: agent.id, input: useAgentDetail.getState().inputs[agent.id] ?? "" });
    if (wanted === agent.id) {
      useAgentDetail.setState(({ trials }) => ({ trials: [trial, ...trials] }));
      await showTrial(trial);
    }
  } catch (trialError) {
    useAgentDetail.setState({ trialError });
  }
  useAgentDetail.setState({ isStarting: false });
}

export async function cancelTrial({ taskId }: AgentTrial): Promise<void> {
  try {
    await call("tasks.cancel", { taskId, reason: "The test is enough" });
  } catch (trialError) {
    useAgentDetail.setState({ trialError });
  }
}

export const isOver = ({ status }: Pick<AgentTrial, "status">): boolean => ENDED.includes(status);
