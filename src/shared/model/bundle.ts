/** What an incident bundle says of itself. */
export interface BundleManifest {
  readonly format: 1;
  readonly kind: "plan" | "task";
  readonly id: string;
  readonly title: string;
  readonly madeAt: number;
  /** Who made it, and on which machine. */
  readonly madeBy: string;
  readonly host: string;
  /** The database's name, without its folder. */
  readonly database: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly schemaVersion: number;
  /** Where the window stood, as its address names it; null: it was made without one. */
  readonly view: string | null;
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly logs: number;
  readonly logBytes: number;
  /** Logs of which the end was left out, because they are too large. */
  readonly cutLogs: number;
  /** Values that were written over, because they are secrets or look like some. */
  readonly hidden: number;
}

/** Where a bundle that is being written stands. */
export interface BundleProgress {
  readonly bundleId: string;
  readonly file: string;
  readonly state: "writing" | "done" | "stopped" | "failed";
  readonly rows: number;
  readonly logBytes: number;
  readonly hidden: number;
  readonly error: string | null;
}
