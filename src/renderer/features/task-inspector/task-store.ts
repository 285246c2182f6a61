import { create } from "zustand";
import type { LivePatch } from "../../../shared/contract";
import type { TaskDetail, TaskLink, TaskRow } from "../../../shared/model/views";
import { ApiError, call } from "../../api";
import { keepLive } from "../../sync";

export type InspectorTab = "summary" | "log" | "attempts";

interface InspectorState {
  readonly taskId: string | null;
  readonly task: TaskDetail | null;
  readonly error: unknown;
  /** Stays when another task is looked at. */
  readonly tab: InspectorTab;
  /** The attempt whose log is shown; null: the latest. */
  readonly runId: string | null;
}

export const useInspector = create<InspectorState>()(() => ({
  taskId: null,
  task: null,
  error: null,
  tab: "summary",
  runId: null,
}));

let isReading = false;
let isStale = false;

/** Reads the task again. Calls while a read is under way make one more after it. */
async function read(): Promise<void> {
  isStale = true;
  if (isReading) return;
  isReading = true;
  while (isStale) {
    isStale = false;
    const { taskId } = useInspector.getState();
    if (taskId === null) break;
    try {
      const task = await call("tasks.get", { taskId });
      if (useInspector.getState().taskId === taskId) useInspector.setState({ task, error: null });
    } catch (error) {
      const isGone = error instanceof ApiError && error.code === "not_found";
      // After any other failure the last answer is still worth more than none.
      if (useInspector.getState().taskId === taskId) useInspector.setState(isGone ? { task: null, error } : { error });
    }
  }
  isReading = false;
}

export function readTask(): void {
  void read();
}

/** Puts a task in the inspector and keeps it live until the returned function is called. */
export function inspectTask(taskId: string): () => void {
  if (useInspector.getState().taskId !== taskId) {
    useInspector.setState({ taskId, task: null, error: null, runId: null });
  }
  readTask();
  return keepLive({ patch: takePatch, reload: readTask });
}

function takePatch({ tasks: ofPlan, board, removed }: LivePatch): void {
  const tasks = board === null ? ofPlan : [...ofPlan, ...board.rows];
  const { task, taskId } = useInspector.getState();
  if (taskId === null) return;
  const row = tasks.find((candidate) => candidate.id === taskId);
  if (row !== undefined || removed.tasks.includes(taskId)) readTask();
  if (task === null || tasks.length === 0) return;
  const states = new Map(tasks.map((changed) => [changed.id, changed]));
  useInspector.setState({
    task: {
      ...task,
      ...row,
      dependencies: withStates(task.dependencies, states),
      dependents: withStates(task.dependents, states),
    },
  });
}

function withStates(links: readonly TaskLink[], changed: ReadonlyMap<string, TaskRow>): readonly TaskLink[] {
  if (!links.some((link) => changed.has(link.id))) return links;
  return links.map((link) => ({ ...link, state: changed.get(link.id)?.state ?? link.state }));
}

export function showTab(tab: InspectorTab): void {
  useInspector.setState({ tab });
}

/** Shows the log of an attempt. */
export function showLog(runId: string | null): void {
  useInspector.setState({ tab: "log", runId });
}
