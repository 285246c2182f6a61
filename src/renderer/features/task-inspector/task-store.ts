import { create } from "zustand";
import type { LivePatch } from "../../../shared/contract";
import type { TaskDetail, TaskLink, TaskRow } from "../../../shared/model/views";
import { ApiError, call } from "../../api";
import { goTo, type InspectorPane, type InspectPlace, inspectPlace, placeNow } from "../../location";
import { keepLive } from "../../sync";

interface InspectorState {
  readonly taskId: string | null;
  readonly task: TaskDetail | null;
  /** Why it could not be read. With a task: what is shown may be old. */
  readonly error: unknown;
  /** The task was here and has been deleted; what is shown is its last known state. */
  readonly isGone: boolean;
  /** Stays when another task is looked at. */
  readonly pane: InspectorPane;
}

export const useInspector = create<InspectorState>()(() => ({
  taskId: null,
  task: null,
  error: null,
  isGone: false,
  pane: "summary",
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
      if (useInspector.getState().taskId === taskId) useInspector.setState({ task, error: null, isGone: false });
    } catch (error) {
      const isGone = error instanceof ApiError && error.code === "not_found";
      // The last answer is still worth more than none: somebody may be reading it.
      if (useInspector.getState().taskId === taskId) useInspector.setState({ error, isGone });
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
    useInspector.setState({ taskId, task: null, error: null, isGone: false });
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

/** Shows another side of the task; back returns to the one before. */
export function showPane(pane: InspectorPane): void {
  goTo(inspectPlace(placeNow(), { pane, runId: null }));
}

/** Shows the log of an attempt; null: of the latest. */
export function showLog(runId: string | null): void {
  goTo(inspectPlace(placeNow(), { pane: "log", runId }));
}

/** Keeps what the address says for the next task; an address that says nothing gets what is shown already. */
export function followAddress(inspect: InspectPlace | undefined): void {
  const { pane } = useInspector.getState();
  if (inspect === undefined) goTo(inspectPlace(placeNow(), { pane, runId: null }), { replace: true });
  else if (inspect.pane !== pane) useInspector.setState({ pane: inspect.pane });
}
