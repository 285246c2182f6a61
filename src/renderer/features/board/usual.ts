import { create } from "zustand";
import { MOST_ASKED_USUAL, type UsualDuration } from "../../../shared/model/task-lists";
import { call } from "../../api";

/** What tasks usually take, by id; null: they never ran before. What was not asked yet is not in it. */
const useKnown = create<{ readonly known: ReadonlyMap<string, UsualDuration | null> }>()(() => ({ known: new Map() }));

/** Cards come into sight one by one: they ask together. */
const TOGETHER_MS = 60;
const MOST_KEPT = 2_000;

let wanted = new Set<string>();
let isAsking = false;

async function ask(): Promise<void> {
  const taskIds = [...wanted].slice(0, MOST_ASKED_USUAL);
  wanted = new Set([...wanted].slice(MOST_ASKED_USUAL));
  try {
    const found = new Map((await call("tasks.usual", { taskIds })).map((usual) => [usual.taskId, usual]));
    const fresh = taskIds.map((id) => [id, found.get(id) ?? null] as const);
    useKnown.setState(({ known }) => ({ known: new Map([...known, ...fresh].slice(-MOST_KEPT)) }));
  } catch {
    // A card without its bar is whole: it is asked again when it comes into sight again.
  }
}

function askSoon(): void {
  if (isAsking) return;
  isAsking = true;
  setTimeout(async () => {
    await ask();
    isAsking = false;
    if (wanted.size > 0) askSoon();
  }, TOGETHER_MS);
}

/** Asks what a task usually takes, unless that is known. */
export function wantUsual(taskId: string): void {
  if (useKnown.getState().known.has(taskId)) return;
  wanted.add(taskId);
  askSoon();
}

/** Null: not known, or it never ran before. */
export function useUsual(taskId: string): UsualDuration | null {
  return useKnown(({ known }) => known.get(taskId) ?? null);
}
