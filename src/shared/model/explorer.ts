/**
 * A value of a database as it crosses to the window. Plain where it is small; else `text` and `blob` say how long it is and
 * hold its beginning (a blob's as hex), and `integer` is one beyond what a JavaScript number holds exactly.
 */
export type Cell =
  | null
  | number
  | string
  | { readonly kind: "integer"; readonly value: string }
  | { readonly kind: "text"; readonly head: string; readonly length: number }
  | { readonly kind: "blob"; readonly hex: string; readonly length: number };

/** Longer text is cut, and says how long it is; in characters. */
export const MOST_CELL_TEXT = 4_096;
export const CELL_HEAD = 512;
/** Of a blob so many bytes are shown. */
export const BLOB_HEAD = 32;
/** Of a value that is loaded whole, the window takes this much, in characters. */
export const MOST_WHOLE = 8_000_000;

export interface ResultColumn {
  readonly name: string;
  /** As declared; null for an expression. */
  readonly type: string | null;
  /** Where it comes from; null for an expression. */
  readonly table: string | null;
  readonly column: string | null;
}

export interface SchemaColumn {
  readonly name: string;
  /** As declared, may be empty. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly defaultSql: string | null;
  /** From 1 within the primary key; 0: not part of it. */
  readonly keyAt: number;
  readonly isGenerated: boolean;
}

export interface SchemaForeignKey {
  readonly columns: readonly string[];
  readonly table: string;
  /** The columns there, as far as they are named or known. */
  readonly to: readonly string[];
  readonly onDelete: string;
  readonly onUpdate: string;
}

export interface SchemaIndex {
  readonly name: string;
  readonly isUnique: boolean;
  /** `c`: made by CREATE INDEX, `u`: by a UNIQUE constraint, `pk`: by the primary key. */
  readonly origin: string;
  /** Null stands for an expression. */
  readonly columns: readonly (string | null)[];
  readonly sql: string | null;
}

export interface SchemaTrigger {
  readonly name: string;
  readonly sql: string;
}

export interface SchemaTable {
  readonly name: string;
  readonly type: "table" | "view" | "virtual" | "shadow";
  /** Whether it belongs to the console or to SQLite. */
  readonly isInternal: boolean;
  readonly hasRowid: boolean;
  readonly columns: readonly SchemaColumn[];
  readonly foreignKeys: readonly SchemaForeignKey[];
  readonly indexes: readonly SchemaIndex[];
  readonly triggers: readonly SchemaTrigger[];
  readonly sql: string | null;
  /** Why its columns could not be read: a view over what is gone. */
  readonly trouble: string | null;
}

export interface Schema {
  readonly tables: readonly SchemaTable[];
  readonly sqliteVersion: string;
}

/** How many rows a table has. `atLeast`: counting stopped there; `about`: an estimate from the highest row id. */
export interface RowCount {
  readonly table: string;
  readonly rows: number;
  readonly exactness: "exact" | "atLeast" | "about";
}

/** A node of a query plan. */
export interface PlanStep {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
  /** It reads a whole table or index without a bound. */
  readonly isFullScan: boolean;
}

/** What comes of running statements, in order. */
export type SqlPart =
  | { readonly kind: "begin"; readonly index: number; readonly text: string; readonly line: number }
  | { readonly kind: "columns"; readonly index: number; readonly columns: readonly ResultColumn[] }
  | {
      readonly kind: "rows";
      readonly index: number;
      readonly rows: readonly (readonly Cell[])[];
      /** Nothing comes after these. */
      readonly isEnd: boolean;
      /** What computing the statement has taken so far, in milliseconds. */
      readonly ms: number;
    }
  | { readonly kind: "plan"; readonly index: number; readonly steps: readonly PlanStep[] }
  | {
      readonly kind: "failed";
      readonly index: number;
      readonly message: string;
      /** It was refused because the explorer only reads. */
      readonly isRefused: boolean;
    }
  /** All statements have begun; those with more rows wait to be asked. */
  | { readonly kind: "ready"; readonly ms: number };

/** How a query's process stands. */
export type QueryState = "running" | "waiting" | "done" | "stopped" | "late" | "failed";

export interface QueryNews {
  readonly state: QueryState;
  readonly parts: readonly SqlPart[];
  /** Why it failed, or what became of it. */
  readonly message: string | null;
}

export const FILTER_OPERATORS = ["contains", "=", "!=", "<", "<=", ">", ">=", "null", "notNull", "glob"] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

export interface ColumnFilter {
  readonly column: string;
  readonly operator: FilterOperator;
  readonly value: string;
}

export interface TableOrder {
  readonly column: string;
  readonly isDescending: boolean;
}

/** A row of a table: its cells in the table's order, and how it is found again; null: it cannot be. */
export interface TableRowCells {
  readonly key: string | null;
  readonly cells: readonly Cell[];
}

export interface TablePage {
  readonly table: string;
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly TableRowCells[];
  /** Hand it in to get the next page; null at the end. */
  readonly next: string | null;
  readonly ms: number;
  /** No index serves the filter or the order: the whole table is read for a page. */
  readonly isFullScan: boolean;
}

/** A value as a whole, or as much of it as the window takes. */
export interface WholeCell {
  readonly kind: "null" | "integer" | "real" | "text" | "blob";
  /** A blob's as hex. */
  readonly text: string;
  /** Of text in characters, of a blob in bytes. */
  readonly length: number;
  readonly isCut: boolean;
}

export interface RowReference {
  readonly table: string;
  readonly column: string;
  readonly value: string;
  /** How many rows there are, up to `MOST_REFERENCES`. */
  readonly rows: number;
}
export const MOST_REFERENCES = 1_000;

export const RESULT_FORMATS = ["csv", "json", "jsonl"] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

export interface ResultExport {
  readonly exportId: string;
  readonly file: string;
  readonly state: "writing" | "done" | "stopped" | "failed";
  readonly rows: number;
  readonly bytes: number;
  readonly error: string | null;
}

/** A row that a write changes. */
export interface ChangedRow {
  readonly table: string;
  readonly act: "insert" | "update" | "delete" | "replace";
  /** How it is known: its primary key or row id, in words. */
  readonly key: string;
  /** Columns and values; null: there was, or is, no such row. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

export interface ChangeCount {
  readonly table: string;
  readonly act: ChangedRow["act"];
  readonly rows: number;
}

/** What statements would change, as it was tried and taken back. */
export interface WritePreview {
  readonly previewId: string;
  readonly counts: readonly ChangeCount[];
  readonly rows: readonly ChangedRow[];
  /** There are more rows than these. */
  readonly isCut: boolean;
  readonly ms: number;
}

export type WriteOutcome =
  | {
      readonly kind: "written";
      readonly counts: readonly ChangeCount[];
      readonly backupFile: string;
      /** It was to be stopped, and had been committed by then. */
      readonly isStopped: boolean;
    }
  /** It was stopped before it was committed: nothing was written, and the same preview can still be committed. */
  | { readonly kind: "stopped" }
  /** The database has changed since the preview: nothing was written; this is what it would do now. */
  | { readonly kind: "differs"; readonly preview: WritePreview };

export interface WriteMode {
  readonly isOn: boolean;
  readonly reason: string | null;
  /** Since when, in milliseconds; null while it is off. */
  readonly since: number | null;
}
