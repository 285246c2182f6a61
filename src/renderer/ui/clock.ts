import { useSyncExternalStore } from "react";

/**
 * One ticking clock for everything that shows an age. It stands still while nobody looks: without
 * subscribers, and while the window is hidden.
 */
const TICK_MS = 1_000;

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function run(): void {
  const wanted = listeners.size > 0 && !document.hidden;
  if (wanted && timer === null) {
    timer = setInterval(tick, TICK_MS);
    tick();
  } else if (!wanted && timer !== null) {
    clearInterval(timer);
    timer = null;
  }
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener("visibilitychange", run);
  listeners.add(listener);
  run();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) document.removeEventListener("visibilitychange", run);
    run();
  };
}

/** Milliseconds since the epoch, renewed every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
