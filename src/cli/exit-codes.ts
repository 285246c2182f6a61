import type { ErrorCode } from "../shared/errors";

/** How `hive` ends. Scripts rely on these numbers. */
export const EXIT = {
  /** It did what was asked; a plan completed. */
  ok: 0,
  /** The plan ended failed, partly completed or cancelled by somebody else; or something unexpected broke. */
  failed: 1,
  /** The plan, a parameter or the command line is wrong. Nothing was started. */
  usage: 2,
  /** The database cannot be opened or written. */
  database: 3,
  /** Interrupted by ^C or SIGTERM. The plan was cancelled. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  invalid_input: EXIT.usage,
  invalid_plan: EXIT.usage,
  not_found: EXIT.usage,
  illegal_transition: EXIT.failed,
  not_allowed: EXIT.failed,
  database_missing: EXIT.database,
  database_not_sqlite: EXIT.database,
  database_empty: EXIT.database,
  database_corrupt: EXIT.database,
  database_busy: EXIT.database,
  database_read_only: EXIT.database,
  database_too_new: EXIT.database,
  database_unwritable: EXIT.database,
  database_not_adopted: EXIT.database,
  disk_full: EXIT.database,
  file_unreadable: EXIT.usage,
  file_unwritable: EXIT.usage,
  shutting_down: EXIT.failed,
  internal: EXIT.failed,
};

export function exitCodeOf(code: ErrorCode): ExitCode {
  return BY_ERROR[code];
}

/** The exit code of a plan that has ended. */
export function exitCodeOfPlan(status: string): ExitCode {
  return status === "completed" || status === "closed" ? EXIT.ok : EXIT.failed;
}
