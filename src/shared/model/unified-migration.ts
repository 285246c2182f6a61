/** The road from the legacy tables to the unified schema, as an operator sees it. */

export const FLAGS = ["enable_unified_events", "enable_dual_write", "enable_agent_adapters"] as const;
export type MigrationFlag = (typeof FLAGS)[number];

/** What each flag does, for people. */
export const FLAG_MEANINGS: Readonly<Record<MigrationFlag, string>> = {
  enable_unified_events: "writes of programs that tell nobody are told as unified events",
  enable_dual_write: "every legacy write is in the unified tables in the same transaction",
  enable_agent_adapters: "requests that wait are planned by an agent, chosen by capability, health and load",
};

/**
 * `none`: the unified tables are not there. A: they are, and nobody writes them for the legacy ones. B: unified events
 * are told. C: legacy writes are in both. D: operations read the unified tables.
 */
export const PHASES = ["none", "A", "B", "C", "D"] as const;
export type MigrationPhase = (typeof PHASES)[number];

export const PHASE_TITLES: Readonly<Record<MigrationPhase, string>> = {
  none: "not begun",
  A: "infrastructure",
  B: "events",
  C: "dual write",
  D: "cutover",
};

export interface FlagRow {
  readonly flag: MigrationFlag;
  readonly on: boolean;
  /** When it was set last; null: never. */
  readonly at: number | null;
  readonly by: string | null;
  readonly reason: string | null;
}

export interface MigrationStatus {
  readonly phase: MigrationPhase;
  /** What alembic says of the database; null: nothing. */
  readonly revision: string | null;
  /** Tables and columns of the unified schema that are not there. */
  readonly missing: readonly string[];
  readonly flags: readonly FlagRow[];
  readonly readsUnified: boolean;
  readonly backfill: BackfillRow | null;
  /** The last check of the whole database. */
  readonly parity: ParityPoint | null;
  /** A check of the whole database that this process makes now; null: none. */
  readonly checking: ParityProgress | null;
  readonly next: NextStep | null;
}

export interface ParityProgress extends ParityCounts {
  readonly startedAt: number;
  /** Legacy tasks that there are; when they are done the unified rows are looked through. */
  readonly total: number;
}

/** What dropping the unified tables would take away. */
export interface UnifiedContents {
  readonly tables: ReadonlyArray<{ readonly table: string; readonly rows: number }>;
  /** Tasks that were made in the unified schema itself: they are nowhere else. */
  readonly own: number;
}

/** What comes next on the road, and what it may cost. */
export interface NextStep {
  readonly phase: MigrationPhase;
  readonly does: string;
  readonly risk: "minimal" | "low" | "moderate" | "high";
  readonly command: string;
}

export const BACKFILL_STATES = ["running", "done", "aborted", "failed", "interrupted"] as const;
export type BackfillState = (typeof BACKFILL_STATES)[number];

export interface BackfillRow {
  readonly id: string;
  readonly state: BackfillState;
  readonly step: "tasks" | "orphans";
  /** Tasks when it began. */
  readonly total: number;
  readonly seen: number;
  /** Unified rows made or put right. */
  readonly written: number;
  /** Copies of tasks that are no more. */
  readonly removed: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly error: string | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

/** `missing`: no unified row; `differs`: one that says otherwise; `extra`: a copy whose task is no more. */
export type DifferenceKind = "missing" | "differs" | "extra";

export interface FieldDifference {
  readonly column: string;
  /** What the legacy rows ask for. */
  readonly expected: string | number | null;
  readonly found: string | number | null;
}

export interface Difference {
  readonly kind: DifferenceKind;
  readonly table: string;
  readonly id: string;
  /** Of `differs`. Long values are cut. */
  readonly fields: readonly FieldDifference[];
}

export interface ParityCounts {
  /** Legacy tasks looked at. */
  readonly checked: number;
  readonly missing: number;
  readonly differing: number;
  readonly extra: number;
  /** Tasks that were made in the unified schema itself: no difference. */
  readonly own: number;
}

export interface ParityReport extends ParityCounts {
  readonly differences: readonly Difference[];
  /** Where the next page of differences begins; null: these are the last. */
  readonly next: string | null;
  readonly tookMs: number;
}

/** One check of the whole database, as it went. */
export interface ParityPoint extends ParityCounts {
  readonly at: number;
  readonly actor: string;
  readonly phase: MigrationPhase;
  readonly tookMs: number;
}

export const differencesOf = ({ missing, differing, extra }: ParityCounts): number => missing + differing + extra;
