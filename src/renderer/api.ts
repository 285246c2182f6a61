import type { OperationInput, OperationName, OperationOutput, PushMessages, PushName } from "../shared/contract";
import type { ErrorBody, ErrorCode, ErrorDetails } from "../shared/errors";

/** An operation that failed, as main tells it: the message is for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(body: ErrorBody) {
    super(body.message);
    this.code = body.code;
    this.details = body.details;
  }
}

/** Asks main. Throws an ApiError when it refuses or fails. */
export async function call<Name extends OperationName>(
  name: Name,
  input: OperationInput<Name>,
): Promise<OperationOutput<Name>> {
  const envelope = await window.hive.call(name, input);
  if (!envelope.ok) throw new ApiError(envelope.error);
  return envelope.value;
}

/** Listens to what main pushes, until the returned function is called. */
export function on<Name extends PushName>(name: Name, listener: (message: PushMessages[Name]) => void): () => void {
  return window.hive.on(name, listener);
}

/** The id by which main knows a file that was dropped on the window; null when it is none on the disk. */
export function nameFile(file: File): Promise<string | null> {
  return window.hive.nameFile(file);
}

/** What to tell a person about a failure of any kind. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  const words = error instanceof Error ? error.message : String(error);
  return `The console's window failed: ${words}`;
}
