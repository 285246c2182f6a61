import type { ParameterValue } from "./plan-definition";
import type { PlanOrigin } from "./plan-origin";
import type { PlanPreview } from "./views";

/** A plan file that was used before. */
export interface RecentPlan {
  /** A sample, or a file. */
  readonly origin: PlanOrigin;
  /** The file's name, and its folder for people to read. */
  readonly name: string;
  readonly folder: string;
  /** Its latest launch from this database; null: it was only opened. */
  readonly last: {
    readonly planId: string;
    readonly title: string;
    readonly status: string;
    readonly at: number | null;
  } | null;
  /** The file is gone, so only its launches are left. */
  readonly isMissing: boolean;
}

export interface LikePreview extends PlanPreview {
  /** As given at that launch. */
  readonly given: Readonly<Record<string, ParameterValue>>;
}

export type SaveOutcome =
  | { readonly outcome: "saved"; readonly preview: PlanPreview }
  /** The file says something else than what was read from it, or is gone: nothing was written. */
  | { readonly outcome: "changed" | "missing" };

/** `none`: it is in no file. */
export type FileState = "same" | "changed" | "missing" | "none";

export interface PlanDraft {
  readonly name: string;
  readonly origin: PlanOrigin;
}
