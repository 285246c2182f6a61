import { writeSync } from "node:fs";

/** A step that failed for a reason a person can act on; shown as one paragraph, without a stack. */
export class StepError extends Error {
  /** @param {{ log?: string, todo?: string, tail?: string }} [details] full log, what to do, last lines of output */
  constructor(message, details = {}) {
    super(message);
    this.name = "StepError";
    this.details = details;
  }
}

/** One line for the person at the terminal; on stderr, so that stdout stays free for results. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** What to do about a full disk, whoever has met it. */
export const DISK_FULL =
  "A disk is full: make room (`df -h` shows where), then try again. HIVE_CACHE_DIR names another folder for prepared " +
  "runtimes, which need 1 GB at first and keep 270 MB.";

const ADVICE_BY_CODE = {
  ENOSPC: DISK_FULL,
  EDQUOT: DISK_FULL,
  EACCES: "Correct its permissions, or work as its owner; HIVE_CACHE_DIR and HIVE_DATA_DIR name other folders.",
  EROFS: "Its medium is read-only: HIVE_CACHE_DIR and HIVE_DATA_DIR name other folders.",
};

/** The paragraph for a failed step: what failed, why, where the log is, what to do. */
export function describeFailure(error) {
  if (error?.syscall && ADVICE_BY_CODE[error.code]) return `${error.message}. ${ADVICE_BY_CODE[error.code]}`;
  if (!(error instanceof StepError)) return `Unexpected error: ${error?.stack ?? error}`;
  const { tail, log, todo } = error.details;
  const parts = [error.message];
  if (todo) parts.push(todo);
  if (log) parts.push(`Full log: ${log}`);
  const paragraph = parts.join(" ");
  return tail ? `${tail}\n\n${paragraph}` : paragraph;
}

/** Runs a command's main function; a failure is described on stderr and gives exit code 1. */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    writeSync(2, `\n${describeFailure(error)}\n`);
    process.exit(1);
  }
}

/**
 * Progress of one long step: a line that rewrites itself on a terminal, else a new line at most every ten seconds.
 * `update(text)` may be called at any rate; `done(text)` leaves the final line.
 */
export function progressLine(label, { stream = process.stderr, now = Date.now } = {}) {
  const started = now();
  let lastPlain = started;
  const seconds = () => `${((now() - started) / 1000).toFixed(0)} s`;
  const rewrite = (text) => stream.write(`\r\x1b[K${text}`);
  return {
    update(text) {
      if (stream.isTTY) {
        rewrite(`${label}: ${text}, ${seconds()}`);
      } else if (now() - lastPlain >= 10_000) {
        lastPlain = now();
        stream.write(`${label}: ${text}, ${seconds()}\n`);
      }
    },
    done(text) {
      if (stream.isTTY) rewrite("");
      stream.write(`${label}: ${text}, ${seconds()}\n`);
    },
    abandon() {
      if (stream.isTTY) rewrite("");
    },
  };
}

/** 196264810 -> "196 MB" */
export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}
