import { create } from "zustand";
import { call } from "../../api";
import { showPreview, useLaunch } from "./launch-state";

/** How long one rests before the text is checked. */
const REST_MS = 200;

interface DraftState {
  /** What the editor holds while it is newer than the preview; null: the preview's own text. */
  readonly text: string | null;
  /** Why the text could not be checked. */
  readonly error: unknown;
}

export const useDraft = create<DraftState>()(() => ({ text: null, error: null }));

let timer: ReturnType<typeof setTimeout> | null = null;
let checking: Promise<void> = Promise.resolve();

/** Takes what was typed; it is checked when the typing rests. */
export function editText(text: string): void {
  const { preview } = useLaunch.getState();
  if (preview === null || (text === preview.text && useDraft.getState().text === null)) return;
  useDraft.setState({ text, error: null });
  if (timer !== null) clearTimeout(timer);
  timer = setTimeout(() => void checkedText(), REST_MS);
}

/** Resolves when main has what the editor holds, or has refused it. */
export function checkedText(): Promise<void> {
  if (timer !== null) {
    clearTimeout(timer);
    timer = null;
    checking = checking.then(check);
  }
  return checking;
}

async function check(): Promise<void> {
  const { text } = useDraft.getState();
  const sourceId = useLaunch.getState().preview?.sourceId;
  if (text === null || sourceId === undefined) return;
  try {
    const preview = await call("plans.edit", { sourceId, text });
    if (useLaunch.getState().preview?.sourceId !== sourceId) return;
    showPreview(preview);
    useLaunch.setState({ refused: [], launchError: null });
    if (useDraft.getState().text === text) useDraft.setState({ text: null, error: null });
  } catch (error) {
    useDraft.setState({ error });
  }
}

/** The editor shows the preview's own text again: another plan, or the same read anew. */
export function forgetText(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  useDraft.setState({ text: null, error: null });
}
