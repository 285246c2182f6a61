import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Order, Parcel } from "./protocol";

/** The mailboxes of workers: a BullMQ queue for each, with parcels of orders. */
export interface Mailboxes {
  /** Durable as far as Redis is. Answers the id of the parcel that it lies in, with others for that worker. */
  put(instance: string, order: Order): Promise<string>;
  /** Whether a parcel is there, begun or not. */
  has(instance: string, parcelId: string): Promise<boolean>;
  /** Takes back what a database has there that nobody has begun; answers the runs. */
  takeBack(instance: string, database: string): Promise<ReadonlySet<string>>;
  /** Removes the mailbox of a worker that is gone, with all in it. */
  remove(instance: string): Promise<void>;
}

/** BullMQ's own log of events: nobody reads it. */
const EVENTS = { events: { maxLen: 1 } } as const;
const JOB = "tasks";
const MOST_ORDERS = 50;
/** Redis answers nobody else while it moves one. A single order may be larger. */
const MOST_CHARACTERS = 256 * 1024;

interface Waiting {
  readonly order: Order;
  readonly put: (parcelId: string) => void;
  readonly failed: (error: unknown) => void;
}

/** @param prefix of their names in Redis */
export async function openMailboxes(commands: Redis, prefix: string, newId: () => string): Promise<Mailboxes> {
  const { Queue: BullQueue } = await import("bullmq");
  const queues = new Map<string, Queue<Parcel>>();
  const waiting = new Map<string, Waiting[]>();
  // Many queues listen to one connection.
  commands.setMaxListeners(0);

  const queueOf = (instance: string): Queue<Parcel> => {
    const known = queues.get(instance);
    if (known !== undefined) return known;
    const queue = new BullQueue<Parcel>(instance, {
      connection: commands,
      prefix,
      streams: EVENTS,
      skipWaitingForReady: true,
    });
    // What fails is answered to whoever asked; the connection tells of itself.
    queue.on("error", () => undefined);
    queues.set(instance, queue);
    return queue;
  };

  const send = async (instance: string, some: readonly Waiting[]): Promise<void> => {
    // Of its own each time: one that was tried before may have arrived, with other orders in it.
    const jobId = newId();
    const parcel: Parcel = { orders: some.map(({ order }) => order) };
    try {
      await queueOf(instance).add(JOB, parcel, { jobId, removeOnComplete: true, removeOnFail: true });
      for (const { put } of some) put(jobId);
    } catch (error) {
      for (const { failed } of some) failed(error);
    }
  };
  const sendAll = (): void => {
    for (const [instance, all] of waiting) for (const some of parcels(all)) void send(instance, some);
    waiting.clear();
  };

  return {
    put(instance, order) {
      return new Promise((put, failed) => {
        if (waiting.size === 0) setImmediate(sendAll);
        const others = waiting.get(instance);
        const one = { order, put, failed };
        if (others === undefined) waiting.set(instance, [one]);
        else others.push(one);
      });
    },
    async has(instance, parcelId) {
      return (await commands.exists(queueOf(instance).toKey(parcelId))) === 1;
    },
    async takeBack(instance, database) {
      const queue = queueOf(instance);
      const taken = new Set<string>();
      for (const { id, data } of await queue.getWaiting()) {
        const isTheirs = data.orders.every((order) => order.database === database);
        // One that somebody begins at this moment is locked, and stays.
        if (id === undefined || !isTheirs || (await queue.remove(id)) !== 1) continue;
        for (const { runId } of data.orders) taken.add(runId);
      }
      return taken;
    },
    async remove(instance) {
      const queue = queueOf(instance);
      queues.delete(instance);
      await queue.obliterate({ force: true });
      await queue.close();
    },
  };
}

function parcels(all: readonly Waiting[]): Waiting[][] {
  const made: Waiting[][] = [];
  let characters = 0;
  for (const one of all) {
    const last = made.at(-1);
    characters += one.order.sealed.length;
    if (last !== undefined && last.length < MOST_ORDERS && characters <= MOST_CHARACTERS) last.push(one);
    else {
      made.push([one]);
      characters = one.order.sealed.length;
    }
  }
  return made;
}
