import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Worker } from "bullmq";
import { ownIdentity } from "../../process-identity";
import { inheritedEnvironment } from "../../runner/environment";
import { createSpawnServer } from "../../runner/spawn-server";
import type { ArtifactTarget } from "../artifact-target";
import type { FleetAccess } from "../fleet-access";
import { createLargeFiles } from "../large-files";
import { createLargePayloads, redisChunks } from "../large-payloads";
import { openLink } from "../link";
import {
  type Beat,
  type End,
  FLEET_PROTOCOL,
  type Order,
  orderSchema,
  parcelSchema,
  toWorkerSchema,
  type Work,
} from "../protocol";
import { ownFolder, sweepFolders } from "./folders";
import { type HeldHere, holdHere } from "./held-here";
import { createOutbox } from "./outbox";
import { createPlaces } from "./places";
import { createPlansHere } from "./plans-here";

export interface FleetWorkerOptions {
  readonly access: FleetAccess;
  readonly queue: string;
  readonly role: string;
  readonly capabilities: readonly string[];
  /** Tasks at once. */
  readonly slots: number;
  /** Of the program. */
  readonly version: string;
  /** Where its attempts keep their files while they are under way. Made when missing. */
  readonly filesFolder: string;
  /** Where plans' folders are on this host; null: where they are on the console's, or in a folder of each plan's own. */
  readonly workFolder: string | null;
  /** Where artifacts of tasks go. Default: nowhere. */
  readonly artifacts?: ArtifactTarget | null;
  /** How often it says that it lives, in milliseconds. Default 2,500. */
  readonly heartbeatMs?: number;
  /** How long BullMQ waits for a sign of life before an order counts as stalled. Default 30,000. */
  readonly lockMs?: number;
  /** How often it asks whether a plan without attempts here is over, in milliseconds. Default 30,000. */
  readonly askMs?: number;
  /** How often the connection is tried for life. Default 1,500. */
  readonly pulseMs?: number;
  readonly onBegin?: (work: Work) => void;
  readonly onEnd?: (work: Work, end: End) => void;
  /** Why nothing gets through; null: all does. */
  readonly onTrouble?: (trouble: string | null) => void;
  /** A console gives it nothing. */
  readonly onRefused?: (reason: string) => void;
  /** Somebody asked for it: it drains. */
  readonly onDrain?: () => void;
}

/** A process that takes tasks from consoles on other hosts: without a database, and without a display. */
export interface FleetWorker {
  readonly instance: string;
  running(): number;
  /** Takes no more tasks. Resolves when those in hand are over, and their ends in the database. */
  drain(): Promise<void>;
  /** Stops what runs and gives it back. Resolves when that is done, or nobody hears of it. */
  stop(graceMs: number): Promise<void>;
}

const HEARTBEAT_MS = 2_500;
const LOCK_MS = 30_000;
const ASK_MS = 30_000;
const PUMP_MS = 100;
/** Ends that are in the database, so that an order that is found again is not carried out again. */
const MOST_REMEMBERED = 50_000;
/** An order may be on its way to a worker that drains. */
const LAST_ORDERS_MS = 1_000;
/** How long a worker that gives back waits for consoles to write that down. */
const FAREWELL_MS = 3_000;
const STALLS = 1_000_000;
const RETRY_MS = 1_000;

export async function startFleetWorker(options: FleetWorkerOptions): Promise<FleetWorker> {
  const { access, slots, heartbeatMs = HEARTBEAT_MS, lockMs = LOCK_MS } = options;
  const { names, keys } = access;
  const instance = randomUUID();
  const startedAt = Date.now();
  const held = new Map<string, HeldHere>();
  const remembered = new Set<string>();
  const places = createPlaces(slots);
  /** Orders that were fetched, and have no place yet. */
  let waiting = 0;
  let isStopped = false;
  let state: Beat["state"] = "open";

  await sweepFolders(options.filesFolder);
  const filesFolder = ownFolder(options.filesFolder, instance);
  await mkdir(filesFolder, { recursive: true, mode: 0o700 });

  const link = await openLink({
    address: access.address,
    onChange() {
      options.onTrouble?.(link.trouble());
      if (link.isUp()) beat();
    },
    ...(options.pulseMs && { pulseMs: options.pulseMs }),
  });
  const outbox = createOutbox(link.commands);
  const large = createLargePayloads(redisChunks(link.commands), names.large);
  const files = createLargeFiles(redisChunks(link.commands), names.large);
  const inherited = inheritedEnvironment(process.env);
  const server = createSpawnServer(inherited);
  const host = {
    filesFolder,
    workFolder: options.workFolder,
    inherited,
    server,
    artifacts: options.artifacts ?? null,
    plans: createPlansHere({ filesFolder, askMs: options.askMs ?? ASK_MS, now: () => performance.now() }),
  };

  const beat = (): void => {
    if (!link.isUp()) return;
    const idle = host.plans.idle();
    const message: Beat = {
      protocol: FLEET_PROTOCOL,
      instance,
      ...ownIdentity(),
      queue: options.queue,
      role: options.role,
      capabilities: [...options.capabilities],
      slots,
      version: options.version,
      keyId: keys?.first.id ?? null,
      opens: keys?.all.map(({ id }) => id) ?? [],
      startedAt,
      heartbeatMs,
      state,
      held: [...held.values()].map((one) => one.standing()),
      ...(idle.length > 0 && { idle }),
    };
    void link.commands.publish(names.beats, JSON.stringify(message)).catch(() => undefined);
  };

  const remember = (runId: string): void => {
    if (remembered.size >= MOST_REMEMBERED) {
      for (const oldest of remembered) {
        remembered.delete(oldest);
        break;
      }
    }
    remembered.add(runId);
  };

  const take = (order: Order): HeldHere | null => {
    const { runId } = order;
    // Found again after its lock was lost, or put in again: it is in hand, or was, and must not take a second place.
    if (held.has(runId) || remembered.has(runId)) return null;
    const one = holdHere(
      order,
      {
        instance,
        names,
        keys,
        outbox,
        large,
        files,
        host,
        onBegin: (work) => options.onBegin?.(work),
        onEnd: (work, end) => options.onEnd?.(work, end),
      },
      () => {
        held.delete(runId);
        remember(runId);
      },
    );
    held.set(runId, one);
    return one;
  };

  const carryOut = async (given: unknown): Promise<void> => {
    const order = orderSchema.safeParse(given);
    if (!order.success) return;
    waiting += 1;
    const giveBack = await places.take();
    waiting -= 1;
    try {
      // What has not begun when the worker is stopped goes back with the word that it has left.
      if (!isStopped) await take(order.data)?.over;
    } finally {
      giveBack();
    }
  };

  const obey = (text: string): void => {
    const message = readMessage(text);
    if (message === null) return;
    switch (message.kind) {
      case "drain":
        options.onDrain?.();
        break;
      case "refuse":
        options.onRefused?.(message.reason);
        break;
      case "recorded":
        for (const runId of message.runIds) held.get(runId)?.recorded();
        break;
      case "over":
        host.plans.remove(message.planIds);
        break;
      case "log":
        held.get(message.runId)?.written(message.written, message.again);
        break;
      case "stop":
        held.get(message.runId)?.stop(message.reason, message.graceMs);
        break;
      case "forget":
        // Its order may still come.
        remember(message.runId);
        held.get(message.runId)?.forget();
        break;
    }
  };

  await subscribeAll();
  const mail = await openMail();
  const heart = setInterval(beat, heartbeatMs);
  const pump = setInterval(() => {
    for (const one of held.values()) one.pump();
  }, PUMP_MS);

  async function subscribeAll(): Promise<void> {
    // They hold from when there is a connection; there may be none yet.
    const heard = [link.subscribe(names.roll, beat), link.subscribe(names.toWorker(instance), obey)];
    void Promise.all(heard).then(beat, () => undefined);
  }

  async function openMail(): Promise<Worker> {
    const { Worker: BullWorker } = await import("bullmq");
    const connection = link.another("works");
    const worker = new BullWorker<unknown>(
      instance,
      async ({ data }) => {
        const parcel = parcelSchema.safeParse(data);
        if (parcel.success) await Promise.all(parcel.data.orders.map(carryOut));
      },
      {
        connection,
        prefix: names.mailboxes,
        concurrency: slots,
        lockDuration: lockMs,
        stalledInterval: lockMs,
        // After an error, as of a Redis whose memory is full.
        runRetryDelay: RETRY_MS,
        maxStalledCount: STALLS,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      },
    );
    // A lost lock or connection: the order is found again, and is known by its run.
    worker.on("error", () => undefined);
    return worker;
  }

  const untilEmpty = async (): Promise<void> => {
    while (held.size + (isStopped ? 0 : waiting) > 0) await delay(20);
  };
  let ending: Promise<void> | null = null;
  const leave = async (): Promise<void> => {
    state = "leaving";
    clearInterval(heart);
    clearInterval(pump);
    beat();
    await Promise.race([link.commands.ping().catch(() => undefined), delay(FAREWELL_MS)]);
    void mail.close(true).catch(() => undefined);
    link.close();
    server.close();
    await rm(filesFolder, { recursive: true, force: true }).catch(() => undefined);
  };

  return {
    instance,
    running: () => [...held.values()].filter((one) => one.standing().state === "running").length,
    drain() {
      state = "draining";
      beat();
      ending ??= delay(LAST_ORDERS_MS).then(untilEmpty).then(leave);
      return ending;
    },
    async stop(graceMs) {
      state = "draining";
      beat();
      isStopped = true;
      void mail.pause(true);
      for (const one of held.values()) one.giveBack(graceMs);
      await Promise.all([...held.values()].map(({ over }) => over));
      await Promise.race([untilEmpty(), delay(FAREWELL_MS)]);
      for (const one of held.values()) one.recorded();
      ending ??= leave();
      return ending;
    },
  };
}

function readMessage(text: string) {
  try {
    return toWorkerSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
