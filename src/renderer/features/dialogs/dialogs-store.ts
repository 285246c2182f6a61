import { create } from "zustand";

interface DialogsState {
  readonly shown: "about" | "shortcuts" | null;
  /** How many tasks run while the window is asked to close; null when it is not. */
  readonly closing: number | null;
}

export const useDialogs = create<DialogsState>()(() => ({ shown: null, closing: null }));

export function openAbout(): void {
  useDialogs.setState({ shown: "about" });
}

export function openShortcuts(): void {
  useDialogs.setState({ shown: "shortcuts" });
}

export function closeDialog(): void {
  useDialogs.setState({ shown: null });
}
