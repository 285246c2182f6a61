/** How a window opens a database. `operate`: also creates it, or adopts one of another program after a backup. */
export const WINDOW_MODES = ["operate", "observe"] as const;
export type WindowMode = (typeof WINDOW_MODES)[number];

/** A database that a window had open before. */
export interface RecentDatabase {
  /** Names the file to main. */
  readonly fileId: string;
  readonly file: string;
  readonly name: string;
  readonly folder: string;
  readonly mode: WindowMode;
  readonly openedAt: number;
  /** The file is there. */
  readonly exists: boolean;
  /** It is this window's. */
  readonly isCurrent: boolean;
}

/** A file that may be opened as a database, looked at from outside. */
export interface DatabaseLook {
  readonly fileId: string;
  readonly file: string;
  readonly name: string;
  readonly folder: string;
  /** `new`: it is made when it is opened. `other`: no database. */
  readonly kind: "database" | "new" | "other";
  /** Null: there is no file yet. */
  readonly bytes: number | null;
  /** Why it cannot be opened at all; null: it looks as if it could. */
  readonly problem: string | null;
  /** Why it can only be observed; null: it can be written. */
  readonly operateProblem: string | null;
  /** How it was opened last; null: never. */
  readonly lastMode: WindowMode | null;
  readonly isCurrent: boolean;
}
