import { create } from "zustand";
import type { Found } from "../../../shared/model/search";
import { call } from "../../api";
import { usePlan } from "../plans/plan-store";
import { useInspector } from "../task-inspector/task-store";
import { type Query, readQuery } from "./query";
import { forgetRecent, type Recent, readRecents, remember } from "./recents";

interface PaletteState {
  readonly isOpen: boolean;
  readonly text: string;
  /** Tasks are searched in the plan on screen alone. */
  readonly isScoped: boolean;
  readonly found: Found | null;
  readonly isSearching: boolean;
  readonly error: unknown;
  readonly recents: readonly Recent[];
}

export const usePalette = create<PaletteState>()(() => ({
  isOpen: false,
  text: "",
  isScoped: false,
  found: null,
  isSearching: false,
  error: null,
  recents: [],
}));

/** A pause in typing; shorter ones ask nothing. */
const PAUSE_MS = 120;
const LIMIT = 8;

let timer: ReturnType<typeof setTimeout> | null = null;
let request = 0;

export function openPalette(): void {
  const isScoped = usePlan.getState().plan !== null;
  usePalette.setState({ isOpen: true, text: "", isScoped, found: null, error: null, recents: readRecents() });
}

export function closePalette(): void {
  request += 1;
  if (timer !== null) clearTimeout(timer);
  usePalette.setState({ isOpen: false, isSearching: false });
}

/** The plan that the search keeps to; null: the whole database, which alone has workers. */
function scopeOf({ isScoped, text }: Pick<PaletteState, "isScoped" | "text">): string | null {
  return isScoped && readQuery(text).kind !== "workers" ? (usePlan.getState().plan?.id ?? null) : null;
}

export function setText(text: string): void {
  usePalette.setState({ text });
  searchSoon();
}

export function setScoped(isScoped: boolean): void {
  usePalette.setState({ isScoped: isScoped && usePlan.getState().plan !== null, found: null });
  searchSoon();
}

function searchSoon(): void {
  request += 1;
  if (timer !== null) clearTimeout(timer);
  const query = readQuery(usePalette.getState().text);
  if (!asksDatabase(query)) {
    usePalette.setState({ found: null, isSearching: false, error: null });
    return;
  }
  usePalette.setState({ isSearching: true });
  timer = setTimeout(() => void search(query, request), PAUSE_MS);
}

const asksDatabase = ({ kind, words }: Query): boolean => words !== "" && kind !== "acts";

async function search({ words }: Query, mine: number): Promise<void> {
  const planId = scopeOf(usePalette.getState());
  try {
    const found = await call("search.find", { text: words, limit: LIMIT, ...(planId === null ? {} : { planId }) });
    if (mine === request) usePalette.setState({ found, isSearching: false, error: null });
  } catch (error) {
    if (mine === request) usePalette.setState({ found: null, isSearching: false, error });
  }
}

/** Looks at older tasks; what they hold joins what was found. */
export async function searchOlder(): Promise<void> {
  const { text, found } = usePalette.getState();
  if (found === null || found.next === null) return;
  request += 1;
  const mine = request;
  usePalette.setState({ isSearching: true });
  const planId = scopeOf(usePalette.getState());
  const { words } = readQuery(text);
  try {
    const more = await call("search.find", {
      text: words,
      limit: LIMIT,
      after: found.next,
      ...(planId === null ? {} : { planId }),
    });
    if (mine !== request) return;
    usePalette.setState({
      found: { ...found, tasks: [...found.tasks, ...more.tasks], next: more.next },
      isSearching: false,
    });
  } catch (error) {
    if (mine === request) usePalette.setState({ isSearching: false, error });
  }
}

/** Remembers what was looked at, wherever it was opened from, until the returned function is called. */
export function startPalette(): () => void {
  const ends = [
    usePlan.subscribe(({ plan, status, error, planId }, before) => {
      if (plan !== null && plan.id !== before.plan?.id) {
        remember({ kind: "plan", id: plan.id, title: plan.title, planId: plan.id });
      }
      if (status === "failed" && error !== before.error && planId !== null) forgetRecent("plan", planId);
    }),
    useInspector.subscribe(({ task }, before) => {
      if (task !== null && task.id !== before.task?.id) {
        remember({ kind: "task", id: task.id, title: task.title, planId: task.planId });
      }
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
