import { create } from "zustand";

export const INSPECTOR_MIN = 304;
export const INSPECTOR_MAX = 640;
const DEFAULT = 384;
const KEY = "inspector-width";

function clampWidth(width: number): number {
  return Math.round(Math.min(INSPECTOR_MAX, Math.max(INSPECTOR_MIN, width)));
}

interface InspectorState {
  readonly isOpen: boolean;
  /** Pixels; kept from one start to the next. */
  readonly width: number;
}

export const useInspector = create<InspectorState>()(() => {
  const saved = Number(window.localStorage.getItem(KEY));
  return { isOpen: true, width: saved > 0 ? clampWidth(saved) : DEFAULT };
});

export function setInspectorWidth(width: number): void {
  const clamped = clampWidth(width);
  window.localStorage.setItem(KEY, String(clamped));
  useInspector.setState({ width: clamped });
}
