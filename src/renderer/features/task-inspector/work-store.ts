import { create } from "zustand";
import type { TaskEdit, TaskWork } from "../../../shared/control-contract";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import { ApiError, call, messageOf } from "../../api";
import { toast } from "../../ui/toast";
import { readTask } from "./task-store";
import { formatWork, readDraft } from "./work-draft";

/** An edit that has been begun. It stays while other tasks and tabs are looked at, until it is done or given up. */
export interface Draft {
  readonly text: string;
  readonly reason: string;
  /** What the task ran when the edit began. */
  readonly base: TaskEdit;
  readonly findings: readonly PlanFinding[];
  /** Why it cannot be done, beside the findings. */
  readonly problem: string | null;
  readonly isChecking: boolean;
  readonly isSaving: boolean;
}

interface WorkState {
  readonly taskId: string | null;
  readonly work: TaskWork | null;
  readonly error: unknown;
  readonly drafts: Readonly<Record<string, Draft>>;
}

export const useWork = create<WorkState>()(() => ({ taskId: null, work: null, error: null, drafts: {} }));

/** A pause in typing after which what was typed is checked. */
const PAUSE_MS = 350;
let timer: ReturnType<typeof setTimeout> | null = null;

export async function loadWork(taskId: string): Promise<void> {
  if (useWork.getState().taskId !== taskId) useWork.setState({ taskId, work: null, error: null });
  try {
    const work = await call("tasks.work", { taskId });
    if (useWork.getState().taskId === taskId) useWork.setState({ work, error: null });
  } catch (error) {
    if (useWork.getState().taskId === taskId) useWork.setState({ error });
  }
}

export function beginEdit(taskId: string): void {
  const { work, drafts } = useWork.getState();
  if (work?.taskId !== taskId || drafts[taskId] !== undefined) return;
  const begun = { text: formatWork(work.work), reason: "", base: work.work, findings: [], problem: null };
  setDraft(taskId, { ...begun, isChecking: false, isSaving: false });
}

export function dropEdit(taskId: string): void {
  useWork.setState(({ drafts: { [taskId]: _dropped, ...drafts } }) => ({ drafts }));
}

function setDraft(taskId: string, draft: Draft): void {
  useWork.setState(({ drafts }) => ({ drafts: { ...drafts, [taskId]: draft } }));
}

function changeDraft(taskId: string, change: Partial<Draft>): void {
  const draft = useWork.getState().drafts[taskId];
  if (draft !== undefined) setDraft(taskId, { ...draft, ...change });
}

export function typeReason(taskId: string, reason: string): void {
  changeDraft(taskId, { reason });
}

export function typeEdit(taskId: string, text: string): void {
  const draft = useWork.getState().drafts[taskId];
  if (draft === undefined) return;
  const reading = readDraft(text, draft.base);
  changeDraft(taskId, { text, findings: [], problem: reading.ok ? null : reading.message, isChecking: reading.ok });
  if (timer !== null) clearTimeout(timer);
  if (reading.ok) timer = setTimeout(() => void check(taskId, text), PAUSE_MS);
}

/** Asks what the edit would lead to; nothing is changed. */
async function check(taskId: string, text: string): Promise<void> {
  const draft = useWork.getState().drafts[taskId];
  if (draft === undefined || draft.text !== text) return;
  const reading = readDraft(text, draft.base);
  if (!reading.ok) return;
  if (Object.keys(reading.edit).length === 0) {
    changeDraft(taskId, { isChecking: false });
    return;
  }
  let found: Pick<Draft, "findings" | "problem">;
  try {
    const of = { act: "tasks.editAndRetry", taskId, edit: reading.edit } as const;
    const { refusal, findings } = await call("acts.preview", { of, limit: 0 });
    const told = findings.some(({ severity }) => severity === "error");
    found = { findings, problem: told ? null : (refusal?.message ?? null) };
  } catch (error) {
    found = refusalOf(error);
  }
  if (useWork.getState().drafts[taskId]?.text === text) changeDraft(taskId, { ...found, isChecking: false });
}

function refusalOf(error: unknown): Pick<Draft, "findings" | "problem"> {
  const findings = error instanceof ApiError ? findingsOf(error.details.findings) : [];
  return { findings, problem: findings.length > 0 ? null : messageOf(error) };
}

function findingsOf(given: unknown): readonly PlanFinding[] {
  if (!Array.isArray(given)) return [];
  return given.filter(
    (one: unknown): one is PlanFinding =>
      typeof one === "object" && one !== null && "message" in one && typeof one.message === "string",
  );
}

/** Changes what the task runs and retries it. When it is refused, all that was typed stays, with the reasons. */
export async function submitEdit(taskId: string, title: string): Promise<void> {
  const draft = useWork.getState().drafts[taskId];
  if (draft === undefined || draft.isSaving) return;
  const reading = readDraft(draft.text, draft.base);
  if (!reading.ok) {
    changeDraft(taskId, { problem: reading.message });
    return;
  }
  if (Object.keys(reading.edit).length === 0) {
    changeDraft(taskId, { problem: "Nothing has been changed yet." });
    return;
  }
  changeDraft(taskId, { isSaving: true });
  const reason = draft.reason.trim();
  try {
    await call("tasks.editAndRetry", { taskId, edit: reading.edit, ...(reason === "" ? {} : { reason }) });
    dropEdit(taskId);
    toast.success(`${title} is edited and queued`);
    readTask();
    void loadWork(taskId);
  } catch (error) {
    changeDraft(taskId, { ...refusalOf(error), isSaving: false, isChecking: false });
  }
}
