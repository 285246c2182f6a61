import type { Viewport } from "../../ui/graph/viewport";

/** Where an operator looked last in each plan's graph; kept from one start to the next. */
const KEY = "graph-views";
const MOST = 50;

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function isEntry(value: unknown): value is [string, Viewport] {
  if (!Array.isArray(value) || typeof value[0] !== "string") return false;
  const view: unknown = value[1];
  if (typeof view !== "object" || view === null) return false;
  const { x, y, zoom }: Partial<Record<keyof Viewport, unknown>> = view;
  return isNumber(x) && isNumber(y) && isNumber(zoom) && zoom > 0;
}

function read(): Map<string, Viewport> {
  try {
    const saved: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "[]");
    return new Map(Array.isArray(saved) ? saved.filter(isEntry) : []);
  } catch {
    return new Map();
  }
}

let views: Map<string, Viewport> | null = null;

export function recallView(planId: string): Viewport | null {
  views ??= read();
  return views.get(planId) ?? null;
}

export function keepView(planId: string, view: Viewport): void {
  views ??= read();
  views.delete(planId);
  views.set(planId, view);
}

/** Writes what was kept; scrolling through a graph writes nothing. */
export function saveViews(): void {
  if (views !== null) window.localStorage.setItem(KEY, JSON.stringify([...views].slice(-MOST)));
}
