/**
 * Error codes that cross a boundary (IPC, CLI, SDK). A code is stable; a message is for people: it says what
 * happened, where, and what to do.
 */
export const ERROR_CODES = [
  "invalid_input",
  "invalid_plan",
  "not_found",
  "illegal_transition",
  "not_allowed",
  "database_missing",
  "database_not_sqlite",
  "database_empty",
  "database_corrupt",
  "database_busy",
  "database_read_only",
  "database_too_new",
  "database_unwritable",
  "database_not_adopted",
  "disk_full",
  "file_unreadable",
  "file_unwritable",
  "shutting_down",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What an error carries besides its words: plain JSON, for the window and for `--json`. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The only error that core throws on purpose. */
export class HiveError extends Error {
  override readonly name = "HiveError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }
}

/** An error as plain data. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** The answer to every operation across the process boundary: never a throw, always one of two shapes. */
export type Envelope<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorBody };

/** Any thrown value as data. What is not a HiveError is `internal`, with the original message kept. */
export function toErrorBody(error: unknown): ErrorBody {
  if (error instanceof HiveError) {
    return { code: error.code, message: error.message, details: error.details };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "internal", message: `Something unexpected failed: ${message}`, details: {} };
}
