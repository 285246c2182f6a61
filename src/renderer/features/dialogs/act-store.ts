import type { ReactNode } from "react";
import { create } from "zustand";
import type { SkipGroup } from "../../../shared/control-contract";
import { formatCount } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import type { AffectedItem } from "./confirm-dialog";

/** What an act would do now, as the database tells. */
export interface ActPreview {
  /** Verb and count: "Retry 31 failed tasks?" */
  readonly title: string;
  /** What will happen, what is lost and what is kept. */
  readonly consequence: ReactNode;
  /** The first few that it touches. */
  readonly affected: readonly AffectedItem[];
  /** How many more it touches than are listed. */
  readonly more?: number;
  /** What was meant too and is left alone, with the reason: "4 that have completed". */
  readonly skipped?: readonly string[];
  /** The act again: "Retry 31 tasks". Null: there is nothing to do, and `consequence` says why. */
  readonly confirmLabel: string | null;
}

/** One way to do the act. */
export interface ActOption {
  readonly id: string;
  /** "Cancel these 6 only." */
  readonly label: string;
  /** What follows from it. */
  readonly detail: string;
}

/** Ends an act that is being done. */
export interface ActStop {
  /** "Stop comparing". */
  readonly label: string;
  readonly run: () => Promise<void>;
}

/** "4 completed (it has ended already)". */
export function skippedWords({ count, state, message }: SkipGroup): string {
  const why = message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, "");
  return `${formatCount(count)} ${lookOf("task", state).label.toLowerCase()} (${why})`;
}

export interface Act {
  /** Shown while the preview is read: "Retry failed tasks". */
  readonly title: string;
  /** Reads what the act would do; again whenever another option is chosen. Changes nothing. */
  readonly preview: (option: string | null) => Promise<ActPreview> | ActPreview;
  /** The first one is chosen. Default: there is nothing to choose. */
  readonly options?: readonly ActOption[];
  /** Does it. When it throws, the dialog stays with what was typed and says why. */
  readonly run: (answer: { readonly option: string | null; readonly reason: string | undefined }) => Promise<void>;
  /** Where `run` takes a while: what ends it early, with nothing done. `run` throws then. Default: it cannot be stopped. */
  readonly stop?: ActStop;
  /** What not doing it means: "Keep running". */
  readonly keepLabel: string;
  /** Default `danger`. */
  readonly variant?: "danger" | "primary";
  readonly reasons?: readonly string[];
  readonly needsReason?: boolean;
}

export const useAct = create<{ readonly act: Act | null }>()(() => ({ act: null }));

/**
 * Shows what an act would touch, asks for a reason, and does it when it is confirmed: for buttons, keys and the command
 * palette alike. One at a time; a later one takes the place of an earlier one.
 */
export function askAct(act: Act): void {
  useAct.setState({ act });
}

export function closeAct(): void {
  useAct.setState({ act: null });
}
