import { create } from "zustand";
import type { AppInfo, RunnerInfo } from "../../../shared/model/views";
import { call } from "../../api";
import { keepLive, noteContact } from "../../sync";

/** How often the figures of the status bar are read; an answer also proves that main is there. */
const POLL_MS = 5_000;

interface AppState {
  readonly info: AppInfo | null;
  /** Newer than `info.runner`: patches carry it. */
  readonly runner: RunnerInfo | null;
  /** Why nothing can be shown: the first answer was a refusal. */
  readonly error: unknown;
}

export const useApp = create<AppState>()(() => ({ info: null, runner: null, error: null }));

export async function loadApp(): Promise<void> {
  try {
    const info = await call("app.info", {});
    useApp.setState({ info, runner: info.runner, error: null });
    noteContact();
  } catch (error) {
    useApp.setState({ error });
  }
}

/** Keeps the window's own figures fresh until the returned function is called. */
export function startApp(): () => void {
  void loadApp();
  const timer = setInterval(() => {
    if (!document.hidden) void loadApp();
  }, POLL_MS);
  const end = keepLive({
    patch: ({ runner }) => useApp.setState({ runner }),
    reload: () => void loadApp(),
  });
  return () => {
    clearInterval(timer);
    end();
  };
}

/** Why nothing may be changed: no database, or one that is open for reading only. Null: everything may. */
export function useReadOnlyReason(): string | null {
  return useApp(({ info, error }) => {
    if (info?.database.mode === "observe") return "The database is open in Observe mode: nothing here changes it.";
    return info === null && error !== null ? "No database is open." : null;
  });
}

/** Why there is nothing to show at all; null when there is, or may be soon. */
export function useNoDatabase(): unknown {
  return useApp((state) => (state.info === null ? state.error : null));
}
