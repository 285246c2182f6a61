import { mkdir, readdir, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { traceHeaders } from "../agents/request";
import { superviseProcess } from "../runner/attempt";
import { inheritedEnvironment } from "../runner/environment";
import { launch } from "../runner/launch";
import { lastLogLine } from "../runner/result-file";
import { type AttemptFiles, segment } from "../runner/task-files";
import { type Delivered, type Parcel, parcelText } from "./webhook";

export interface EventCommandOptions {
  readonly run: string;
  /** Where the files of this database are kept; its commands run there. */
  readonly filesFolder: string;
  /** Of this try alone. */
  readonly deliveryId: string;
  /** From SIGTERM to SIGKILL when it takes too long, in milliseconds. */
  readonly graceMs: number;
  /** Aborted when the process is to end. */
  readonly signal: AbortSignal;
}

/** Beside the plans' folders; no plan's folder begins with a dot. */
const FOLDER = ".subscriptions";

/**
 * Runs a command for an event, which it reads as JSON from its standard input; a success is exit code 0 within the time
 * limit. Nothing of it is left alive.
 */
export async function runEventCommand(parcel: Parcel, options: EventCommandOptions): Promise<Delivered> {
  const { run, filesFolder, deliveryId, graceMs, signal } = options;
  const folder = join(filesFolder, FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = filesOf(folder, deliveryId);
  const name = `subscription "${parcel.subscription}"`;
  try {
    await writeFile(files.prompt, `${parcelText(parcel)}\n`, { mode: 0o600 });
    const env = {
      ...inheritedEnvironment(process.env),
      HIVE_EVENT_ID: parcel.event.id,
      HIVE_EVENT_TYPE: parcel.event.type,
      HIVE_CORRELATION_ID: parcel.event.correlationId ?? "",
      TRACEPARENT: traceHeaders(parcel.event.id, parcel.event.correlationId).traceparent,
      HIVE_SUBSCRIPTION: parcel.subscription,
      HIVE_ATTEMPT: String(parcel.attempt),
      // What is left of it is found by this.
      HIVE_RUN_ID: deliveryId,
    };
    const launched = await launch({ run, cwd: folder, env, files, input: files.prompt, subtaskId: name });
    const started = launched.kind === "started" ? launched : null;
    const attempt = superviseProcess(
      {
        group: started?.pid ?? null,
        exited: launched.kind === "started" ? launched.exited : Promise.resolve(launched.end),
        release: () => started?.child.unref(),
      },
      { runId: deliveryId, subtaskId: name, run, timeoutMs: parcel.timeoutMs, files, elapsedMs: 0, graceMs },
    );
    const stop = (): void => attempt.stop("cancel");
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const ending = await attempt.ended;
    signal.removeEventListener("abort", stop);
    signal.throwIfAborted();
    if (ending?.outcome !== "success") {
      return { outcome: "failed", detail: ending?.error ?? "It ended in a way that is not known", waitMs: null };
    }
    return { outcome: "delivered", detail: (await lastLogLine(files.log)) ?? "exit code 0" };
  } finally {
    await Promise.all(
      [files.log, files.exit, files.prompt, files.result].map((file) => unlink(file).catch(() => undefined)),
    );
  }
}

/** What a console that was killed meanwhile has left is gone after a day. */
const STALE_MS = 24 * 3_600_000;

/** Removes the files of tries that nobody makes any more. */
export async function sweepEventFiles(filesFolder: string, now: number): Promise<void> {
  const folder = join(filesFolder, FOLDER);
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found?.isFile() && now - found.mtimeMs > STALE_MS) await unlink(file).catch(() => undefined);
  }
}

function filesOf(folder: string, deliveryId: string): AttemptFiles {
  const at = (ending: string): string => join(folder, `${segment(deliveryId)}.${ending}`);
  return {
    log: at("log"),
    exit: at("exit"),
    inputs: at("inputs.json"),
    noInputs: at("no-inputs.json"),
    result: at("result.json"),
    prompt: at("event.json"),
    work: at("work.json"),
    planFolder: folder,
  };
}
