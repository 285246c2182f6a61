import { type ErrorBody, HiveError, toErrorBody } from "../shared/errors";
import { EXIT, type ExitCode, exitCodeOf } from "./exit-codes";
import type { Outputs } from "./output";

/** A failure that has been told already; only its exit code is left. */
export class Reported extends Error {
  constructor(readonly exitCode: ExitCode) {
    super(`ended with exit code ${exitCode}`);
  }
}

export function errorRecord(body: ErrorBody): string {
  return JSON.stringify({ type: "error", ...body });
}

/** Says what went wrong, in one line and never as a stack trace (unless HIVE_DEBUG=1), and how to exit. */
export function reportError(error: unknown, outputs: Outputs, options: { readonly json: boolean }): ExitCode {
  if (error instanceof Reported) return error.exitCode;
  const body = toErrorBody(error);
  if (options.json) outputs.out.line(errorRecord(body));
  outputs.err.line(`${outputs.err.paint("red", "hive:")} ${body.message}`);
  if (process.env.HIVE_DEBUG === "1" && error instanceof Error) outputs.err.line(error.stack);
  else if (!(error instanceof HiveError)) outputs.err.line("Run it again with HIVE_DEBUG=1 to see where.");
  return body.code === "internal" ? EXIT.failed : exitCodeOf(body.code);
}
