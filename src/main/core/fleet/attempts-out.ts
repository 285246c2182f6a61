import { HiveError, toErrorBody } from "../../../shared/errors";
import type { Attempt } from "../runner/attempt";
import type { Ending, StopReason } from "../runner/outcome";
import { type ArrivingLog, openArrivingLog } from "./arriving-log";
import { noteArtifacts } from "./artifact-notes";
import type { LargeFile } from "./large-files";
import { type Beat, endSchema, type HeldByWorker, type Order, PARTS, type ToConsole, type ToWorker } from "./protocol";
import { createSealer, type FleetKeys, type Sealer } from "./sealed";

/** What an attempt needs of Redis. Each may fail; what matters is tried again when its worker is heard. */
export interface Post {
  /** Answers the id of the parcel that it lies in. */
  put(instance: string, order: Order): Promise<string>;
  has(instance: string, parcelId: string): Promise<boolean>;
  /** What lies there and was not begun, all of it; answers the runs. */
  takeBack(instance: string): Promise<ReadonlySet<string>>;
  tell(instance: string, message: ToWorker): void;
  /** The text of what came large; see large-payloads.ts. */
  incoming(sent: string): Promise<string>;
  drop(sent: string): void;
  /** Writes what came as a file; see large-files.ts. */
  fetch(file: LargeFile, path: string, sealer: Sealer): Promise<void>;
}

export interface AttemptsOutOptions {
  readonly database: string;
  readonly keys: FleetKeys | null;
  readonly post: Post;
  /** From SIGTERM to SIGKILL; read when something is stopped. */
  readonly graceMs: number;
  /** A worker has, or tells the end of, an attempt that it has no more. */
  readonly onLate: (runId: string) => void;
  /** Whether the database holds it for running, out or not. */
  readonly isLive: (runId: string) => boolean;
}

export interface AttemptOut {
  readonly runId: string;
  readonly instance: string;
  readonly logFile: string;
  /** Where to note what it left. */
  readonly artifactsFile: string;
  /** Where a result is kept that is too large for the database. */
  readonly resultFile: string;
  /** Null: another console gave it out. */
  readonly order: Order | null;
}

/** Attempts at workers of the fleet, from the order to the end. Each is fenced by its run. */
export interface AttemptsOut {
  give(attempt: AttemptOut): Attempt;
  /** What a worker has in hand, against what it ought to have. */
  compare(beat: Beat): void;
  hear(message: ToConsole, bytes: Buffer | null): void;
  /** Its worker must be taken for gone. `hasSignedOff`: it had nothing in hand, and begins nothing any more. */
  lose(instance: string, why: string, hasSignedOff: boolean): Promise<void>;
  count(): number;
  /** Gives up all of them here; they go on at their workers. */
  release(): void;
  /** Of the workers that have some. */
  instances(): ReadonlySet<string>;
}

interface Out extends AttemptOut {
  readonly sealer: Sealer;
  readonly log: ArrivingLog;
  readonly resolve: (ending: Ending | null) => void;
  delivery: "none" | "under way" | "done";
  /** Null: it was not put in, or by another console. */
  parcelId: string | null;
  /** Beats of its worker that did not name it, since it was delivered. */
  unnamed: number;
  /** Bytes of the log, as far as the worker was told of them. */
  told: number;
  written: number;
  stop: StopReason | null;
  end: (ToConsole & { readonly kind: "ended" }) | null;
  isFetching: boolean;
  isOver: boolean;
}

/** The order may be on its way while a beat is: not the first, and not the second that does not name it, tells. */
const MOST_UNNAMED = 2;
const ACK_BYTES = 64 * 1024;

export function createAttemptsOut(options: AttemptsOutOptions): AttemptsOut {
  const { database, post } = options;
  const outs = new Map<string, Out>();

  const finish = (out: Out, ending: Ending | null): void => {
    if (out.isOver) return;
    out.isOver = true;
    if (outs.get(out.runId) === out) outs.delete(out.runId);
    void out.log.close().catch(() => undefined);
    out.resolve(ending);
  };

  const deliver = async (out: Out): Promise<void> => {
    if (out.order === null || out.delivery !== "none" || out.isOver) return;
    out.delivery = "under way";
    try {
      out.parcelId = await post.put(out.instance, out.order);
      out.delivery = "done";
      out.unnamed = 0;
    } catch {
      // A full memory, for one: with the next beat again.
      out.delivery = "none";
    }
  };

  const tellStop = (out: Out): void => {
    const { instance, runId, stop: reason } = out;
    if (reason !== null) post.tell(instance, { kind: "stop", database, runId, reason, graceMs: options.graceMs });
  };

  const tellLog = (out: Out, again: boolean): void => {
    out.told = out.written;
    post.tell(out.instance, { kind: "log", database, runId: out.runId, written: out.written, again });
  };

  const forget = (instance: string, runId: string): void => post.tell(instance, { kind: "forget", database, runId });

  const giveBack = (out: Out, why: string): void => {
    forget(out.instance, out.runId);
    finish(out, out.stop === "cancel" ? STOPPED : { ...failure(why), uncounted: true });
  };

  const takeLog = async (out: Out, offset: number, bytes: Buffer): Promise<void> => {
    try {
      out.written = await out.log.take(offset, out.sealer.openBytes(bytes, PARTS.log));
    } catch (error) {
      // A full disk: the worker keeps what was not written, and is asked for it again with its next beat.
      if (error instanceof HiveError) finish(out, failure(error.message));
      return;
    }
    if (offset > out.written) tellLog(out, true);
    else if (out.written - out.told >= ACK_BYTES) tellLog(out, false);
  };

  const takeEnd = async (out: Out): Promise<void> => {
    const { end } = out;
    if (end === null) return;
    if (end.logBytes > 0) {
      try {
        out.written = await out.log.size();
      } catch {
        return;
      }
      if (out.written < end.logBytes) return tellLog(out, true);
    }
    let text: string;
    try {
      text = await post.incoming(end.sealed);
    } catch (error) {
      // What was beside the stream is lost: the worker puts it there again. Without Redis: later.
      if (error instanceof HiveError) tellLog(out, true);
      return;
    }
    try {
      const { uncounted, artifacts, resultFile, ...told } = endSchema.parse(
        JSON.parse(out.sealer.open(text, PARTS.end)),
      );
      const end = resultFile === undefined ? told : await withResultFile(out, told, resultFile);
      if (end === null) return;
      if (artifacts !== undefined) await noteArtifacts(out.artifactsFile, artifacts);
      finish(out, uncounted ? { ...end, uncounted } : end);
    } catch (error) {
      finish(out, failure(`How it ended cannot be read: ${toErrorBody(error).message}`));
    }
  };

  /** As a result of this host that is too large. Null: not now, and it is tried again when its worker is heard. */
  const withResultFile = async (out: Out, told: Ending, file: LargeFile): Promise<Ending | null> => {
    if (out.isFetching) return null;
    out.isFetching = true;
    try {
      await post.fetch(file, out.resultFile, out.sealer);
      return { ...told, result: JSON.stringify({ $file: out.resultFile, bytes: file.bytes }) };
    } catch (error) {
      if (error instanceof HiveError && error.code !== "not_found") throw error;
      if (error instanceof HiveError) tellLog(out, true);
      return null;
    } finally {
      out.isFetching = false;
    }
  };

  const compareOne = (out: Out, held: HeldByWorker): void => {
    out.unnamed = 0;
    out.delivery = "done";
    if (out.stop !== null && held.state === "running") tellStop(out);
    if (held.state === "ended" && out.end === null)
      void out.log.size().then(
        (size) => sizeTold(out, size),
        () => undefined,
      );
    else if (out.end !== null) void takeEnd(out);
    else if (held.sent > out.told) tellLog(out, false);
  };

  const sizeTold = (out: Out, size: number): void => {
    out.written = size;
    tellLog(out, true);
  };

  /** It was given, and its worker does not know of it: Redis lost the order, or it waits behind others. */
  const seek = async (out: Out): Promise<void> => {
    out.unnamed += 1;
    if (out.unnamed <= MOST_UNNAMED) return;
    try {
      if (out.parcelId !== null && (await post.has(out.instance, out.parcelId))) out.unnamed = 1;
      else if (out.unnamed > 2 * MOST_UNNAMED && !out.isOver && out.end === null)
        giveBack(out, "The order for it was lost on its way, and is given again");
    } catch {
      out.unnamed = 0;
    }
  };

  return {
    give(attempt) {
      let resolve: (ending: Ending | null) => void = () => undefined;
      const ended = new Promise<Ending | null>((done) => {
        resolve = done;
      });
      const out: Out = {
        ...attempt,
        resolve,
        sealer: createSealer(options.keys, attempt.runId),
        log: openArrivingLog(attempt.logFile),
        delivery: attempt.order === null ? "done" : "none",
        parcelId: null,
        unnamed: 0,
        told: 0,
        written: 0,
        stop: null,
        end: null,
        isFetching: false,
        isOver: false,
      };
      outs.set(attempt.runId, out);
      void deliver(out);
      return {
        ended,
        stop(reason) {
          if (out.stop !== null) return;
          out.stop = reason;
          tellStop(out);
        },
        release: () => finish(out, null),
        recorded() {
          if (out.end === null) {
            // It was given up: should its worker live, nothing of it may run.
            forget(out.instance, out.runId);
            return;
          }
          post.tell(out.instance, { kind: "recorded", database, runIds: [out.runId] });
          post.drop(out.end.sealed);
        },
      };
    },
    compare(beat) {
      const named = new Set<string>();
      for (const held of beat.held) {
        if (held.database !== database) continue;
        named.add(held.runId);
        const out = outs.get(held.runId);
        if (out?.instance === beat.instance) compareOne(out, held);
        else if (out !== undefined || !options.isLive(held.runId)) {
          options.onLate(held.runId);
          forget(beat.instance, held.runId);
        }
      }
      for (const out of [...outs.values()]) {
        if (out.instance !== beat.instance || named.has(out.runId)) continue;
        if (out.delivery === "none") void deliver(out);
        else if (out.delivery === "done") void seek(out);
      }
    },
    hear(message, bytes) {
      const out = outs.get(message.runId);
      if (out === undefined || out.instance !== message.instance) {
        if (message.kind === "ended") options.onLate(message.runId);
        return;
      }
      out.unnamed = 0;
      if (message.kind === "log" && bytes !== null) void takeLog(out, message.offset, bytes);
      else if (message.kind === "returned") giveBack(out, message.why);
      else if (message.kind === "ended") {
        out.end = message;
        void takeEnd(out);
      }
    },
    async lose(instance, why, hasSignedOff) {
      const theirs = [...outs.values()].filter((out) => out.instance === instance && out.end === null);
      if (theirs.length === 0) return;
      const nothing: ReadonlySet<string> = new Set();
      const taken = hasSignedOff ? nothing : await post.takeBack(instance).catch(() => nothing);
      for (const out of theirs) {
        const isUntouched = hasSignedOff || out.delivery === "none" || taken.has(out.runId);
        if (isUntouched) giveBack(out, why);
        else finish(out, out.stop === "cancel" ? STOPPED : failure(why));
      }
    },
    count: () => outs.size,
    release() {
      for (const out of [...outs.values()]) finish(out, null);
    },
    instances: () => new Set([...outs.values()].map(({ instance }) => instance)),
  };
}

function failure(error: string): Ending {
  return { outcome: "failure", exitCode: null, signal: null, error, result: null };
}

export const STOPPED: Ending = { ...failure("Stopped on request"), outcome: "cancelled" };
