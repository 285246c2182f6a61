import type { Store } from "../store/open";
import type { Claim, TaskSpec } from "../store/queue";
import type { Attempt } from "./attempt";
import type { Persistence } from "./persistence";

/** What became of the start of an attempt. */
export type Begun =
  | { readonly kind: "running"; readonly attempt: Attempt }
  /** Not its fault, and nothing was started: it is to be tried again later. */
  | { readonly kind: "postponed"; readonly why: string; readonly delayMs: number }
  /** The lease is lost: nothing was started, and it is another console's. */
  | { readonly kind: "lost" };

/** A claim whose specification could be read. */
export type RunnableClaim = Claim & { readonly spec: TaskSpec };

export interface ExecutorContext {
  readonly store: Store;
  readonly persistence: Persistence;
  readonly graceMs: number;
  /** False when this run may be another's by now. */
  readonly confirmLease: (runId: string) => Promise<boolean>;
}
