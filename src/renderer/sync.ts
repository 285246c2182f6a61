import { create } from "zustand";
import type { LivePatch } from "../shared/contract";
import type { BoardWatch } from "../shared/model/task-lists";
import { call, messageOf, on } from "./api";

/** A store that shows rows of the database. */
export interface LiveStore {
  /** Takes in the latest values of what changed. */
  readonly patch: (patch: LivePatch) => void;
  /**
   * Something was missed: reads what is on screen again, keeping it until the answer is there. Rejects when
   * that fails and what is shown stays, grown old.
   */
  readonly reload: () => void | Promise<void>;
}

interface SyncState {
  /** When main last answered or pushed; null before the first time. */
  readonly lastContact: number | null;
  /** Why what is shown may be old, in main's words. */
  readonly trouble: string | null;
  /** Why the last try to read it again failed; it is tried again by itself. */
  readonly failure: string | null;
}

/** Between two tries to read again what grew old. */
const RETRY_MS = 2_000;

export const useSync = create<SyncState>()(() => ({ lastContact: null, trouble: null, failure: null }));

const stores = new Set<LiveStore>();
let planId: string | null = null;
let runId: string | null = null;
let board: BoardWatch | null = null;
let revision: number | null = null;
let subscribing: Promise<void> | null = null;
let isSubscribed = false;
let retry: ReturnType<typeof setTimeout> | null = null;

/** Feeds a store until the returned function is called. */
export function keepLive(store: LiveStore): () => void {
  stores.add(store);
  return () => {
    stores.delete(store);
  };
}

export function noteContact(): void {
  useSync.setState({ lastContact: Date.now() });
}

/** Every store reads again what it shows, until all of them could. */
export async function reloadAll(): Promise<void> {
  if (retry !== null) clearTimeout(retry);
  retry = null;
  if (!isSubscribed) await subscribe();
  const results = await Promise.allSettled([...stores].map((store) => store.reload()));
  const failed = results.find((result) => result.status === "rejected");
  useSync.setState({ failure: failed === undefined ? null : messageOf(failed.reason) });
  if (failed !== undefined) retry ??= setTimeout(() => void reloadAll(), RETRY_MS);
}

function takePatch(patch: LivePatch): void {
  const missed = revision !== null && patch.revision > revision + 1;
  revision = patch.revision;
  noteContact();
  for (const store of stores) store.patch(patch);
  if (missed) void reloadAll();
}

/** Tells main what is on screen; changes of one moment go together. */
function subscribe(): Promise<void> {
  subscribing ??= Promise.resolve().then(async () => {
    subscribing = null;
    const before = revision;
    try {
      const answer = await call("live.subscribe", { planId, runId, board });
      // A patch that overtook the answer has the later number: to go back would take the next one for a gap.
      if (revision === before) revision = answer.revision;
      isSubscribed = true;
      noteContact();
    } catch (error) {
      isSubscribed = false;
      useSync.setState({ failure: messageOf(error) });
    }
  });
  return subscribing;
}

/** Names the plan whose tasks are on screen. Read them after it resolves, so that no change falls between. */
export function watchPlan(next: string | null): Promise<void> {
  if (next === planId) return subscribing ?? Promise.resolve();
  planId = next;
  return subscribe();
}

/** Names the attempt whose log is on screen; its growth then comes as `log` pushes. */
export function watchRun(next: string | null): Promise<void> {
  if (next === runId) return subscribing ?? Promise.resolve();
  runId = next;
  return subscribe();
}

/** Names the tasks that a list over many plans holds, and which belong into it; null: no such list is on screen. */
export function watchBoard(next: BoardWatch | null): Promise<void> {
  if (next === board) return subscribing ?? Promise.resolve();
  board = next;
  return subscribe();
}

/** Connects the stores to main until the returned function is called. */
export function startSync(): () => void {
  const ends = [
    on("patch", takePatch),
    on("trouble", (trouble) => {
      useSync.setState({ trouble: trouble?.message ?? null });
    }),
  ];
  void subscribe();
  return () => {
    for (const end of ends) end();
    if (retry !== null) clearTimeout(retry);
    retry = null;
  };
}
