import { setTimeout as delay } from "node:timers/promises";
import { HiveError, toErrorBody } from "../../../../shared/errors";
import type { Attempt } from "../../runner/attempt";
import type { Ending, StopReason } from "../../runner/outcome";
import { isKeptAsFile } from "../../runner/result-file";
import { attemptFiles } from "../../runner/task-files";
import type { LargeFile, LargeFiles } from "../large-files";
import type { LargePayloads } from "../large-payloads";
import { type End, type FleetNames, type HeldByWorker, type Order, PARTS, type Work, workSchema } from "../protocol";
import { createSealer, type FleetKeys } from "../sealed";
import { type ArtifactsHere, artifactsHere } from "./artifacts-here";
import { type AttemptHost, NoRoom, removeFiles, startHere } from "./attempt-here";
import { createLogPump, type LogPump } from "./log-pump";
import type { Outbox } from "./outbox";

export interface HeldHereOptions {
  readonly instance: string;
  readonly names: FleetNames;
  readonly keys: FleetKeys | null;
  readonly outbox: Outbox;
  readonly large: LargePayloads;
  readonly files: LargeFiles;
  readonly host: AttemptHost;
  readonly onBegin: (work: Work) => void;
  readonly onEnd: (work: Work, end: End) => void;
}

/** An attempt in this worker's hands, from its order until its end is in the database. */
export interface HeldHere {
  /** Resolves when nothing of it runs any more. */
  readonly over: Promise<void>;
  /** The first reason counts. Before it began it never does. */
  stop(reason: StopReason, graceMs: number): void;
  /** Kills what runs, and says nothing more of it. */
  forget(): void;
  /** As `stop`, and another worker is to have it. */
  giveBack(graceMs: number): void;
  /** Its end is in the database. */
  recorded(): void;
  written(bytes: number, again: boolean): void;
  pump(): void;
  standing(): HeldByWorker;
}

const NO_ROOM_MS = 5_000;
const GIVEN_BACK = "Its worker was stopped, and gave it back";

/** @param onClosed nothing of it is left here */
export function holdHere(order: Order, options: HeldHereOptions, onClosed: () => void): HeldHere {
  const { runId, database } = order;
  const { instance, names, outbox, host } = options;
  const sealer = createSealer(options.keys, runId);
  const stream = names.toConsole(database);
  const closed = new AbortController();
  /** Of what is no process: files that come and go. */
  const stopping = new AbortController();
  let work: Work | null = null;
  let attempt: Attempt | null = null;
  let graceMs = 0;
  let stopped: StopReason | null = null;
  let isGivenBack = false;
  let isForgotten = false;
  let end: End | null = null;
  let pump: LogPump | null = null;
  let artifacts: ArtifactsHere | null = null;
  /** The plan that has its folders here for this. */
  let entered: string | null = null;
  let isReporting = false;
  let isToldAgain = false;
  let sentEnd: string | null = null;
  /** In Redis beside messages, by their paths here. */
  const beside = new Map<string, LargeFile>();

  const close = (): void => {
    if (closed.signal.aborted) return;
    closed.abort();
    void pump?.close();
    void artifacts?.remove();
    if (work !== null && work.run !== null)
      void removeFiles(attemptFiles(host.filesFolder, work.planId, runId), [...beside.keys()]);
    if (entered !== null) host.plans.leave(entered);
    dropAll();
    onClosed();
  };

  const dropAll = (): void => {
    for (const sent of [order.sealed, sentEnd]) if (sent !== null) void options.large.drop(sent).catch(() => undefined);
    for (const file of beside.values()) void options.files.drop(file).catch(() => undefined);
  };

  const stopAttempt = (reason: StopReason, grace: number): void => {
    graceMs = grace;
    if (stopped !== null) return;
    stopped = reason;
    stopping.abort();
    attempt?.stop(reason);
  };

  const tellReturned = async (why: string): Promise<void> => {
    await outbox.send(stream, { kind: "returned", instance, runId, why }, null, closed.signal);
    close();
  };

  const reportOnce = async (): Promise<void> => {
    const logBytes = pump === null ? 0 : await pump.finish();
    if (logBytes === false || end === null) return;
    const sealed = await outgoing(end);
    if (sealed === null) return;
    sentEnd = sealed;
    await outbox.send(stream, { kind: "ended", instance, runId, logBytes, sealed }, null, closed.signal);
  };
  const outgoing = async (told: End): Promise<string | null> => {
    while (!closed.signal.aborted) {
      try {
        const text = sealer.seal(JSON.stringify(await withResultFile(told)), PARTS.end);
        return await options.large.outgoing(text, `${runId}-${PARTS.end}`);
      } catch (error) {
        if (error instanceof HiveError) return sealer.seal(JSON.stringify(unsent(told, error.message)), PARTS.end);
        await delay(1_000, undefined, { signal: closed.signal }).catch(() => undefined);
      }
    }
    return null;
  };
  /** A result that is too large for the database is a file, and goes as one. */
  const withResultFile = async (told: End): Promise<End> => {
    if (told.outcome !== "success" || told.result === null || work === null) return told;
    const { result } = attemptFiles(host.filesFolder, work.planId, runId);
    if (!(await isKeptAsFile(result))) return told;
    const resultFile = await options.files.push(result, `${runId}-${PARTS.result}`, sealer);
    beside.set(result, resultFile);
    return { ...told, resultFile };
  };
  const report = (): void => {
    isToldAgain = true;
    if (!isReporting) void reportAll();
  };
  const reportAll = async (): Promise<void> => {
    isReporting = true;
    while (isToldAgain && !closed.signal.aborted) {
      isToldAgain = false;
      // A log that cannot be read is asked for again.
      await reportOnce().catch(() => undefined);
    }
    // What was put there while it closed.
    if (closed.signal.aborted) dropAll();
    isReporting = false;
  };

  const readWork = async (): Promise<Work> => {
    const text = await options.large.incoming(order.sealed);
    const told = workSchema.parse(JSON.parse(sealer.open(text, PARTS.order)));
    const { inputs, inputFiles, planId } = told;
    const given = Object.entries(inputFiles);
    if (told.run === null) return told;
    await host.plans.enter({ database, planId });
    entered = planId;
    const files = attemptFiles(host.filesFolder, planId, runId);
    for (const [at, [subtaskId, file]] of given.entries()) {
      const path = `${files.inputs}.${at}`;
      beside.set(path, file);
      await options.files.pull(file, path, sealer);
      inputs[subtaskId] = { $file: path, bytes: file.bytes };
    }
    return told;
  };

  const begin = async (): Promise<End | null> => {
    try {
      work = await readWork();
    } catch (error) {
      if (!(error instanceof HiveError && error.code === "not_found")) return failed(toErrorBody(error).message);
      await tellReturned(error.message);
      return null;
    }
    if (stopped !== null) return notBegun(stopped, isGivenBack);
    graceMs = work.graceMs;
    options.onBegin(work);
    try {
      if (work.run !== null) {
        artifacts = await artifactsHere(work, {
          target: host.artifacts,
          filesFolder: host.filesFolder,
          signal: stopping.signal,
        });
      }
      attempt = await startHere(work, host, { artifacts, graceMs: () => graceMs });
    } catch (error) {
      if (stopped !== null) return notBegun(stopped, isGivenBack);
      if (!(error instanceof NoRoom)) throw error;
      await delay(NO_ROOM_MS, undefined, { signal: closed.signal }).catch(() => undefined);
      await tellReturned(error.message);
      return null;
    }
    if (work.run !== null) {
      const { log } = attemptFiles(host.filesFolder, work.planId, runId);
      const send = (offset: number, bytes: Buffer) =>
        outbox.send(
          stream,
          { kind: "log", instance, runId, offset },
          sealer.sealBytes(bytes, PARTS.log),
          closed.signal,
        );
      pump = createLogPump({ path: log, send });
    }
    if (stopped !== null) attempt.stop(stopped);
    const ending = await attempt.ended;
    if (ending === null) return null;
    const own = endOf(ending, isGivenBack);
    return artifacts === null ? own : artifacts.push(own);
  };

  const forget = (): void => {
    isForgotten = true;
    if (end === null) stopAttempt("cancel", 0);
    else close();
  };

  const live = async (): Promise<void> => {
    const ended = await begin().catch((error: unknown) => failed(toErrorBody(error).message));
    if (isForgotten) close();
    if (ended === null || closed.signal.aborted) return;
    end = ended;
    if (work !== null) options.onEnd(work, ended);
    report();
  };
  const over = live();

  return {
    over,
    stop: stopAttempt,
    forget,
    // Recorded without having ended: it was given up.
    recorded: () => forget(),
    giveBack(grace) {
      if (stopped !== null) return;
      isGivenBack = true;
      stopAttempt("restart", grace);
    },
    written(bytes, again) {
      pump?.written(bytes, again);
      if (again && end !== null) report();
    },
    pump: () => void pump?.push(),
    standing: () => ({ database, runId, state: end === null ? "running" : "ended", sent: pump?.sent() ?? 0 }),
  };
}

function failed(error: string): End {
  return { outcome: "failure", exitCode: null, signal: null, error, result: null };
}

function unsent(told: End, why: string): End {
  return { ...told, outcome: "failure", error: `It succeeded, and its result cannot be sent: ${why}`, result: null };
}

function notBegun(reason: StopReason, isGivenBack: boolean): End {
  if (reason === "restart") return { ...failed(isGivenBack ? GIVEN_BACK : "Begun anew on request"), uncounted: true };
  return { ...failed("Stopped on request"), outcome: reason === "cancel" ? "cancelled" : "timeout" };
}

function endOf({ isFinal: _isFinal, ...ending }: Ending, isGivenBack: boolean): End {
  return isGivenBack && ending.uncounted ? { ...ending, error: GIVEN_BACK } : ending;
}
