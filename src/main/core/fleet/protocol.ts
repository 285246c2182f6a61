import { z } from "zod";
import { QUEUE_PATTERN } from "../../../shared/model/fleet";
import { artifactReference } from "./artifact-manifest";
import { largeFileSchema } from "./large-files";

/*
 * What consoles and the workers of a fleet say to each other through Redis. docs/fleet.md tells the whole story.
 *
 * - `beats` (pub/sub): each worker says who it is and what it has in hand, twice in a heartbeat's time and whenever that
 *   changes. Nothing of it is kept in Redis, so that it needs neither memory nor persistence there.
 * - `roll` (pub/sub): asks all workers to beat now.
 * - a mailbox for each worker, a BullMQ queue named by its instance: parcels with an order for each task
 *   that it was given.
 * - `toWorker` (pub/sub): stop, forget, recorded, log, drain, refuse. Said again after each beat that shows need of it.
 * - `toConsole` (a stream for each database): logs and ends, in order. A log waits for the console after `LOG_WINDOW`
 *   bytes, so the stream is bounded; what is lost is asked for again.
 *
 * `sealed` holds JSON or bytes as sealed.ts writes them for the attempt, with the part named here.
 */

/** Both sides speak the same version, or the console refuses the worker and says why. */
export const FLEET_PROTOCOL = 1;

export const FLEET_PREFIX = "hive-fleet";

/** Names in Redis; `prefix` keeps fleets on one Redis apart. */
export const fleetNames = (prefix: string = FLEET_PREFIX) => ({
  beats: `${prefix}:beats`,
  roll: `${prefix}:roll`,
  toWorker: (instance: string) => `${prefix}:to:${instance}`,
  toConsole: (database: string) => `${prefix}:from:${database}`,
  /** Of the mailboxes, for BullMQ. */
  mailboxes: `${prefix}:mail`,
  large: `${prefix}:large`,
});
export type FleetNames = ReturnType<typeof fleetNames>;

/** The parts of an attempt's sealed texts. */
export const PARTS = { order: "order", log: "log", end: "end", result: "result" } as const;

/** Bytes of a log that may be under way before the console has written them. */
export const LOG_WINDOW = 256 * 1024;
export const LOG_CHUNK = 32 * 1024;

const id = z.string().min(1).max(200);
const label = z.string().min(1).max(100);
const time = z.number();

/** One attempt in a worker's hands. */
const heldSchema = z.object({
  database: id,
  runId: id,
  /** `ended`: it has been told, and waits to hear that it is recorded. */
  state: z.enum(["running", "ended"]),
  /** Bytes of its log that were sent. */
  sent: z.int().nonnegative(),
});
export type HeldByWorker = z.infer<typeof heldSchema>;

/** A plan whose folders a worker still has. */
const idlePlanSchema = z.object({ database: id, planId: id });
export type IdlePlan = z.infer<typeof idlePlanSchema>;

/** As much of a beat as every version of the protocol has. */
export const anyBeatSchema = z.looseObject({
  protocol: z.int(),
  instance: id,
  host: z.string(),
  version: z.string(),
});

/** A worker says who it is and what it has in hand. */
export const beatSchema = z.object({
  protocol: z.literal(FLEET_PROTOCOL),
  /** Of this process alone: after a restart it is another. */
  instance: id,
  host: z.string().min(1).max(253),
  pid: z.int().positive(),
  pidStart: z.string().nullable(),
  bootId: z.string().nullable(),
  queue: z.string().regex(new RegExp(QUEUE_PATTERN)),
  role: label,
  capabilities: z.array(label).max(50),
  slots: z.int().min(1).max(1_000),
  /** Of the program. */
  version: z.string().max(50),
  /** Of the key that it seals with (sealed.ts); null: none. */
  keyId: z.string().nullable(),
  /** All keys that open there, by their ids: while a new one takes over, there are two. */
  opens: z.array(label).max(20),
  /** By its own clock, milliseconds since the epoch. */
  startedAt: time,
  heartbeatMs: z.int().positive(),
  /** `draining`: it takes no more. `leaving`: it is gone once this is read, and begins nothing. */
  state: z.enum(["open", "draining", "leaving"]),
  held: z.array(heldSchema).max(10_000),
  /** Asks whether these are over, so that their folders may go. */
  idle: z.array(idlePlanSchema).max(100).optional(),
});
export type Beat = z.infer<typeof beatSchema>;

/** One task for a worker. */
export const orderSchema = z.object({
  protocol: z.literal(FLEET_PROTOCOL),
  database: id,
  runId: id,
  /** {@link workSchema}, sealed as `order`; beside the queue when it is large. */
  sealed: z.string(),
});
export type Order = z.infer<typeof orderSchema>;

/** In a worker's mailbox, as one job: orders of one moment. Each is carried out by itself. */
export const parcelSchema = z.object({ orders: z.array(z.unknown()) });
export type Parcel = { readonly orders: readonly Order[] };

/** What is to be done: all that a worker without a database needs. */
export const workSchema = z.object({
  runId: id,
  taskId: id,
  planId: id,
  subtaskId: z.string(),
  title: z.string(),
  runNumber: z.int().positive(),
  correlationId: z.string().nullable(),
  /** Null: there is nothing to run, it succeeds. */
  run: z.union([z.string(), z.array(z.string())]).nullable(),
  /** On the console's host. */
  cwd: z.string(),
  /** The plan's folder on the console's host. */
  folder: z.string(),
  env: z.record(z.string(), z.string()),
  /** The plan's, by name. */
  parameters: z.record(z.string(), z.unknown()),
  /** Results of the dependencies by subtask id. */
  inputs: z.record(z.string(), z.unknown()),
  /** Of the inputs those that are files of the console, by subtask id: there `{"$file": path, "bytes": n}` names each. */
  inputFiles: z.record(z.string(), largeFileSchema),
  /** What the direct dependencies left, by subtask id. */
  artifacts: z.record(z.string(), artifactReference),
  /** Its standard input; null: none. */
  input: z.string().nullable(),
  timeoutMs: z.number().nullable(),
  graceMs: z.number(),
});
export type Work = z.infer<typeof workSchema>;

/** From the console, to one worker. */
export const toWorkerSchema = z.discriminatedUnion("kind", [
  /** Stop the attempt; not begun yet, it never does. */
  z.object({
    kind: z.literal("stop"),
    database: id,
    runId: id,
    reason: z.enum(["cancel", "timeout", "restart"]),
    graceMs: z.number(),
  }),
  /** It is another's by now, or over: kill what runs, and say nothing more of it. */
  z.object({ kind: z.literal("forget"), database: id, runId: id }),
  /** Their ends are in the database. */
  z.object({ kind: z.literal("recorded"), database: id, runIds: z.array(id) }),
  /** So many bytes of the log are written. `again`: send what follows once more, and the end. */
  z.object({ kind: z.literal("log"), database: id, runId: id, written: z.int().nonnegative(), again: z.boolean() }),
  /** These will have no more for it: what they left on its disk may go. */
  z.object({ kind: z.literal("over"), database: id, planIds: z.array(id) }),
  /** Take no more tasks; leave when those in hand are over. */
  z.object({ kind: z.literal("drain") }),
  /** This console gives it nothing, for this reason. */
  z.object({ kind: z.literal("refuse"), reason: z.string() }),
]);
export type ToWorker = z.infer<typeof toWorkerSchema>;

/**
 * In a database's stream, in a field `m`; an entry may hold several, of one worker. The bytes of a log stand right behind
 * it in `b`, sealed as `log`.
 */
export const toConsoleSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("log"), instance: id, runId: id, offset: z.int().nonnegative() }),
  z.object({
    kind: z.literal("ended"),
    instance: id,
    runId: id,
    /** The whole log's; all of it came before this. */
    logBytes: z.int().nonnegative(),
    /** {@link endSchema}, sealed as `end`; beside the stream when it is large. */
    sealed: z.string(),
  }),
  /** It was not begun and never will be there, through no fault of its own. */
  z.object({ kind: z.literal("returned"), instance: id, runId: id, why: z.string() }),
]);
export type ToConsole = z.infer<typeof toConsoleSchema>;

/** How an attempt ended, as the runner's `Ending`. */
export const endSchema = z.object({
  outcome: z.enum(["success", "failure", "timeout", "cancelled"]),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  error: z.string().nullable(),
  /** JSON. */
  result: z.string().nullable(),
  /** The result as a file, which is too large for `result`. */
  resultFile: largeFileSchema.optional(),
  /** What it left. */
  artifacts: artifactReference.optional(),
  /** Not the task's doing: it is queued again, as if this had not been. */
  uncounted: z.boolean().optional(),
});
export type End = z.infer<typeof endSchema>;
