import type { LogFound } from "../../shared/model/log-search";
import type { LogSearch } from "./log-search";

/** Work that may take as long as it takes: never done in main. */
export type ExplorerJob = { readonly kind: "searchLog" } & LogSearch;

/** What comes of a job, piece by piece. */
export type ExplorerPart = LogFound;

export interface ToExplorer {
  readonly id: number;
  readonly job: ExplorerJob;
}

export type FromExplorer =
  | { readonly id: number; readonly part: ExplorerPart }
  | { readonly id: number; readonly end: null }
  | { readonly id: number; readonly failure: string };
