/** Tables of a Board database, in the order in which they are imported. */
export const BOARD_TABLES = ["plans", "tasks", "events", "final_plans"] as const;
export type BoardTable = (typeof BOARD_TABLES)[number];

/** Something of a row that could not be taken over as it is. */
export interface ImportFinding {
  readonly table: BoardTable;
  readonly id: string;
  /** False: nothing of the row was imported. */
  readonly imported: boolean;
  readonly reason: string;
}

/** Rows of one table. */
export interface ImportCounts {
  readonly imported: number;
  /** Imported before: what became of them here stands. */
  readonly kept: number;
  readonly refused: number;
}

export interface BoardImportReport {
  /** The Board database. */
  readonly file: string;
  /** Why a copy of it was read; null: the file itself was. */
  readonly copied: string | null;
  readonly rows: Readonly<Record<BoardTable, ImportCounts>>;
  /** What could not be taken over as it is; the first thousand of `findingCount`. */
  readonly findings: readonly ImportFinding[];
  readonly findingCount: number;
}

/** An import that this window does, or did. */
export interface BoardImportProgress {
  readonly importId: string;
  readonly file: string;
  readonly state: "running" | "done" | "stopped" | "failed";
  /** So far. Null: nothing was read yet. */
  readonly report: BoardImportReport | null;
  readonly error: string | null;
}
