import { writeFile } from "node:fs/promises";
import { HiveError, toErrorBody } from "../../../shared/errors";
import { type Environment, WorkFailure } from "../agents/agent";
import type { Attempt } from "../runner/attempt";
import type { Begun, ExecutorContext, RunnableClaim } from "../runner/begun";
import type { Executor } from "../runner/executor";
import type { Ending } from "../runner/outcome";
import { attemptFiles, createPlanFolders } from "../runner/task-files";
import { instanceOf } from "../store/fleet-workers";
import type { LiveRun } from "../store/queue";
import { isRunLive, setRunLog } from "../store/run-rows";
import { artifactsFile } from "./artifact-notes";
import { createAttemptsOut, type Post, STOPPED } from "./attempts-out";
import { databaseName, fleetAccess } from "./fleet-access";
import { sendWork, workOf } from "./fleet-order";
import { openInbox } from "./inbox";
import { createLargeFiles, type LargeFiles } from "./large-files";
import { createLargePayloads, type LargePayloads, redisChunks } from "./large-payloads";
import { createLateEnds } from "./late-end";
import { type Link, openLink } from "./link";
import { type Mailboxes, openMailboxes } from "./mailboxes";
import { createMembers, type FleetParty, type RefusedMember } from "./members";
import { plansOver } from "./plans-over";
import { type Beat, FLEET_PROTOCOL, type Order, type ToWorker } from "./protocol";
import { createSealer } from "./sealed";

export interface FleetOptions extends ExecutorContext {
  /** Where its Redis is named; see redis-address.ts. */
  readonly environment: Environment;
  /** A worker that has been silent for so long has lost its attempts. Read whenever it is needed. */
  readonly silenceMs: number;
  /** Somebody came, went, or may be given tasks. */
  readonly onChange: () => void;
  /** How often the connection is tried for life. Default 1,500. */
  readonly pulseMs?: number;
}

/** How the fleet stands, for those who look. */
export interface FleetState {
  /** The address without its secrets; null: it cannot be read. */
  readonly redis: string | null;
  /** Why nothing gets through; null while all does. What runs runs on. */
  readonly trouble: string | null;
  readonly workers: readonly Beat[];
  readonly refused: readonly RefusedMember[];
  /** Attempts that are out. */
  readonly out: number;
}

/** A dispatcher's part in a fleet: its workers, and the attempts that it gave them. */
export interface Fleet {
  readonly executor: Executor;
  /** Who has room for more. Empty while nothing gets through. */
  parties(busy: ReadonlyMap<string, unknown>): FleetParty[];
  /** Whose heart beats. */
  rows(): string[];
  /** Attempts that are out. */
  out(): number;
  state(): FleetState;
  /** Sees to those who fell silent; about once in a heartbeat's time, or oftener. */
  look(): void;
  /** Attempts run on, for whoever takes them up. */
  close(): void;
}

/** The fleet that an environment names; null: none. */
export function createFleet(options: FleetOptions): Fleet | null {
  let access: ReturnType<typeof fleetAccess>;
  try {
    access = fleetAccess(options.environment);
  } catch (error) {
    return brokenFleet(toErrorBody(error).message);
  }
  return access === null ? null : startFleet(options, access);
}

/** What there is once Redis was reached. */
interface Opened {
  readonly link: Link;
  readonly mailboxes: Mailboxes;
  readonly large: LargePayloads;
  readonly files: LargeFiles;
}

type Access = NonNullable<ReturnType<typeof fleetAccess>>;

const RECORDED_MS = 10;
/** After an order for which Redis had no room. */
const NO_ROOM_MS = 5_000;

function startFleet(options: FleetOptions, { address, keys, names }: Access): Fleet {
  const { store, persistence } = options;
  const database = databaseName(store.file);
  const makeFolders = createPlanFolders(store.filesFolder);
  let opened: Opened | null = null;
  let broken: string | null = null;
  let closed = false;
  let upSince: number | null = null;
  let isSwept = false;
  let end: () => void = () => undefined;

  const redis = () => {
    if (opened !== null) return opened;
    throw new HiveError("internal", "There is no connection to the fleet yet.", {});
  };

  const publish = (channel: string, message: unknown): void => {
    // Without a connection nobody hears it, and the next beat shows that it is to be said again.
    if (opened?.link.isUp()) void opened.link.commands.publish(channel, JSON.stringify(message)).catch(() => undefined);
  };
  const recorded = new Map<string, string[]>();
  let recording: NodeJS.Timeout | undefined;
  const tellRecorded = (): void => {
    recording = undefined;
    for (const [instance, runIds] of recorded)
      publish(names.toWorker(instance), { kind: "recorded", database, runIds });
    recorded.clear();
  };
  const tell = (instance: string, message: ToWorker): void => {
    if (message.kind !== "recorded") {
      publish(names.toWorker(instance), message);
      return;
    }
    const known = recorded.get(instance);
    if (known === undefined) recorded.set(instance, [...message.runIds]);
    else known.push(...message.runIds);
    recording ??= setTimeout(tellRecorded, RECORDED_MS);
  };

  const post: Post = {
    put: async (instance, order) => redis().mailboxes.put(instance, order),
    has: async (instance, parcelId) => redis().mailboxes.has(instance, parcelId),
    takeBack: async (instance) => redis().mailboxes.takeBack(instance, database),
    tell,
    incoming: async (sent) => redis().large.incoming(sent),
    drop: (sent) => void opened?.large.drop(sent).catch(() => undefined),
    fetch: async (file, path, sealer) => redis().files.pull(file, path, sealer),
  };
  const outs = createAttemptsOut({
    database,
    keys,
    post,
    get graceMs() {
      return options.graceMs;
    },
    onLate: createLateEnds(store),
    isLive: (runId) => isRunLive(store.read, runId),
  });
  const members = createMembers({
    store,
    persistence,
    database,
    keyIds: keys?.all.map(({ id }) => id) ?? [],
    get silenceMs() {
      return options.silenceMs;
    },
    onChange: options.onChange,
    onLost(instance, why, hasSignedOff) {
      void outs.lose(instance, why, hasSignedOff).then(() => opened?.mailboxes.remove(instance).catch(() => undefined));
    },
    onRefused: (instance, reason) => tell(instance, { kind: "refuse", reason }),
  });

  const onLink = (): void => {
    const isUp = opened?.link.isUp() === true;
    if (isUp && upSince === null) {
      upSince = store.clock.monotonic();
      publish(names.roll, { protocol: FLEET_PROTOCOL });
    } else if (!isUp) upSince = null;
    options.onChange();
  };
  const open = async (): Promise<void> => {
    const link = await openLink({ address, onChange: onLink, ...(options.pulseMs && { pulseMs: options.pulseMs }) });
    const mailboxes = await openMailboxes(link.commands, names.mailboxes, store.newId);
    if (closed) return link.close();
    const chunks = redisChunks(link.commands);
    opened = {
      link,
      mailboxes,
      large: createLargePayloads(chunks, names.large),
      files: createLargeFiles(chunks, names.large),
    };
    const inbox = openInbox({
      reader: link.another("blocks"),
      commands: link.commands,
      stream: names.toConsole(database),
      hear: (message, bytes) => outs.hear(message, bytes),
    });
    end = () => {
      inbox.close();
      tellRecorded();
      // What was said last is still to be sent.
      void link.commands
        .ping()
        .catch(() => undefined)
        .finally(() => link.close());
      if (!link.isUp()) link.close();
    };
    await link.subscribe(names.beats, (text) => {
      // What was said last is still on its way then, and the database may be closed before it is sent.
      if (closed) return;
      const beat = members.hear(text);
      if (beat === null) return;
      outs.compare(beat);
      const planIds = plansOver(store, beat, database);
      if (planIds.length > 0) tell(beat.instance, { kind: "over", database, planIds });
    });
    upSince = null;
    onLink();
  };
  void open().catch((error: unknown) => {
    if (closed) return;
    broken = `The fleet cannot be used: ${toErrorBody(error).message}`;
    options.onChange();
  });

  const noteOf = (planId: string, runId: string): string => artifactsFile(store.filesFolder, planId, runId);
  const begin = async (claim: RunnableClaim): Promise<Begun> => {
    const { runId, planId, workerId } = claim;
    const instance = members.instanceOf(workerId);
    if (instance === null) return { kind: "postponed", why: `Worker ${workerId} has left`, delayMs: 0 };
    const sealer = createSealer(keys, runId);
    const work = await workOf(claim, { store, environment: options.environment, graceMs: options.graceMs });
    const sealed = await sendWork(work, { ...redis(), sealer, filesFolder: store.filesFolder });
    if (sealed === null) return { kind: "postponed", why: "Redis has no room for its inputs", delayMs: NO_ROOM_MS };
    const order: Order = { protocol: FLEET_PROTOCOL, database, runId, sealed };
    const { log: logFile, result: resultFile } = attemptFiles(store.filesFolder, planId, runId);
    if (work.run !== null) {
      await makeFolders(planId);
      // It is there from the start, as that of a process of this host.
      await writeFile(logFile, "", { flag: "a" });
      void persistence.persist((tx) => setRunLog(tx, runId, logFile));
    }
    if (!(await options.confirmLease(runId))) return { kind: "lost" };
    return {
      kind: "running",
      attempt: outs.give({ runId, instance, logFile, resultFile, artifactsFile: noteOf(planId, runId), order }),
    };
  };

  const executor: Executor = {
    start: (claim) =>
      begin(claim).catch((error: unknown) => {
        if (error instanceof WorkFailure) throw new HiveError("invalid_plan", error.message);
        throw error;
      }),
    resume(run: LiveRun) {
      const instance = instanceOf(store.read, run.workerId) ?? "";
      const planId = run.planId ?? "";
      const { log: logFile, result: resultFile } = attemptFiles(store.filesFolder, planId, run.runId);
      const attempt = {
        runId: run.runId,
        instance,
        logFile,
        resultFile,
        artifactsFile: noteOf(planId, run.runId),
        order: null,
      };
      const taken = makeFolders(planId).then(() => outs.give(attempt));
      return taken.then((given): Begun => ({ kind: "running", attempt: given }));
    },
    close: () => undefined,
  };

  return {
    executor,
    parties: (busy) => (upSince === null ? [] : members.parties(busy)),
    rows: () => members.rows(),
    out: () => outs.count(),
    state: () => ({
      redis: address.shown,
      trouble: broken ?? (opened === null ? `${address.shown} does not answer yet` : opened.link.trouble()),
      workers: members.list(),
      refused: members.refused(),
      out: outs.count(),
    }),
    look() {
      if (upSince === null) return;
      const sinceMs = store.clock.monotonic() - upSince;
      members.look(sinceMs);
      if (sinceMs < options.silenceMs) return;
      if (!isSwept) members.sweep();
      isSwept = true;
      // Attempts of processes that nobody has heard since: of consoles before this one.
      const known = new Set(members.list().map(({ instance }) => instance));
      for (const instance of outs.instances()) {
        if (!known.has(instance))
          void outs.lose(instance, "Its worker has not been heard of since this console started", false);
      }
    },
    close() {
      closed = true;
      outs.release();
      clearTimeout(recording);
      end();
    },
  };
}

function brokenFleet(why: string): Fleet {
  const nothing: Executor = {
    start: async (claim) => ({ kind: "postponed", why: `${claim.workerId}: ${why}`, delayMs: 5_000 }),
    resume: () => Promise.resolve({ kind: "running", attempt: unreachable() }),
    close: () => undefined,
  };
  return {
    executor: nothing,
    parties: () => [],
    rows: () => [],
    out: () => 0,
    state: () => ({ redis: null, trouble: why, workers: [], refused: [], out: 0 }),
    look: () => undefined,
    close: () => undefined,
  };
}

/** An attempt that is out where nobody can be told anything: it goes on until its fleet is found again. */
function unreachable(): Attempt {
  let resolve: (ending: Ending | null) => void = () => undefined;
  const ended = new Promise<Ending | null>((done) => {
    resolve = done;
  });
  return {
    ended,
    stop: (reason) => {
      if (reason === "cancel") resolve(STOPPED);
    },
    release: () => resolve(null),
    recorded: () => undefined,
  };
}
