/** How long things are kept, in days; 0: for ever. */
export interface RetentionRules {
  readonly completedDays: number;
  readonly failedDays: number;
  readonly cancelledDays: number;
  readonly eventsDays: number;
  readonly logsDays: number;
  /** The latest so many plans that have ended are kept in any case. */
  readonly keepPlans: number;
}

export interface ExpiredPlan {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly endedAt: number | null;
  readonly tasks: number;
}

/** What the rules would remove now. */
export interface RetentionPreview {
  readonly rules: RetentionRules;
  /** The first of them, the oldest first. */
  readonly plans: readonly ExpiredPlan[];
  readonly planCount: number;
  /** Of those plans. */
  readonly tasks: number;
  readonly runs: number;
  /** Tasks of no plan that have ended. */
  readonly looseTasks: number;
  readonly events: number;
  /** Logs of attempts that stay, and their bytes. */
  readonly logs: number;
  readonly logBytes: number;
  /** Of the folders of plans that go. */
  readonly folderBytes: number;
}

/** What was removed. */
export interface RetentionReport {
  readonly plans: number;
  readonly tasks: number;
  readonly looseTasks: number;
  readonly events: number;
  readonly logs: number;
  /** Bytes of files. */
  readonly bytes: number;
}

export interface RetentionRun {
  readonly state: "idle" | "running" | "done" | "stopped" | "failed";
  /** From 0 to 1. */
  readonly share: number;
  readonly report: RetentionReport | null;
  readonly error: string | null;
}

/** What VACUUM would do. */
export interface VacuumOffer {
  readonly bytes: number;
  /** What it gives back. */
  readonly freeBytes: number;
  /** The room that it takes meanwhile, and what there is. */
  readonly neededBytes: number;
  readonly diskBytes: number;
  /** Why it would be refused; null: it would not. */
  readonly refusal: string | null;
}
