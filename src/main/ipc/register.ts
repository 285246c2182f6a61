import type { IpcMain, IpcMainInvokeEvent } from "electron";
import { z } from "zod";
import { CHANNELS } from "../../shared/channels";
import { contract, type Handler, type Handlers, type OperationName, type ParsedInput } from "../../shared/contract";
import { type Envelope, HiveError, toErrorBody } from "../../shared/errors";

/** Main answers a click within a frame or two; whatever takes longer is worth a line. */
const SLOW_MS = 50;

export interface RegisterOptions {
  readonly ipcMain: IpcMain;
  /** Asked at each call: which handlers serve changes when a database is opened. */
  readonly handlers: () => Promise<Handlers>;
  readonly isTrusted: (event: IpcMainInvokeEvent) => boolean;
  readonly report: (message: string) => void;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Answers every operation of the contract on one channel. Returns what ends that. */
export function registerCalls({ ipcMain, handlers, isTrusted, report, now }: RegisterOptions): () => void {
  ipcMain.handle(CHANNELS.call, async (event, name: unknown, input: unknown): Promise<Envelope<unknown>> => {
    if (!isTrusted(event)) {
      return failure(new HiveError("not_allowed", "Only the console's own window may call its operations."));
    }
    const start = now();
    const answer = await answerCall(await handlers(), name, input);
    const took = now() - start;
    if (took > SLOW_MS && !waitsForOthers(name)) report(`slow: ${String(name)} took ${Math.round(took)} ms`);
    if (!answer.ok && answer.error.code === "internal") report(`${String(name)}: ${answer.error.message}`);
    return answer;
  });
  return () => ipcMain.removeHandler(CHANNELS.call);
}

/** Parses, calls and wraps: never throws, and calls nothing when the name or the input is not the contract's. */
export async function answerCall(handlers: Handlers, name: unknown, input: unknown): Promise<Envelope<unknown>> {
  try {
    if (!isOperationName(name)) {
      throw new HiveError("invalid_input", `There is no operation ${JSON.stringify(name)?.slice(0, 100)}.`);
    }
    return { ok: true, value: await call(handlers, name, input) };
  } catch (error) {
    return failure(error);
  }
}

async function call<Name extends OperationName>(handlers: Handlers, name: Name, input: unknown): Promise<unknown> {
  const parsed = contract[name].input.safeParse(input);
  if (!parsed.success) {
    throw new HiveError("invalid_input", `${name} was called with bad input:\n${z.prettifyError(parsed.error)}`, {
      issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
    });
  }
  const handler: Handler<Name> = handlers[name];
  // The compiler does not see that `parsed.data` is the output of this very name's schema.
  return handler(parsed.data as ParsedInput<Name>);
}

function isOperationName(name: unknown): name is OperationName {
  return typeof name === "string" && Object.hasOwn(contract, name);
}

/** Answers of these come when somebody, or a process of its own, has come to an end. */
const PATIENT = ["app.", "plans.choose", "runs.saveLog", "runs.searchLogNext", "tasks.export"];

function waitsForOthers(name: unknown): boolean {
  return typeof name === "string" && PATIENT.some((start) => name.startsWith(start));
}

function failure(error: unknown): Envelope<never> {
  return { ok: false, error: toErrorBody(error) };
}
