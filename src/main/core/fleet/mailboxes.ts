import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Order } from "./protocol";

/** The mailboxes of workers: a BullMQ queue for each, with orders under the ids of their runs. */
export interface Mailboxes {
  /** Durable as far as Redis is. The same once more changes nothing. */
  put(instance: string, order: Order): Promise<void>;
  /** Whether it is there, begun or not. */
  has(instance: string, runId: string): Promise<boolean>;
  /** Takes an order back that nobody has begun. False: there is none. */
  takeBack(instance: string, runId: string): Promise<boolean>;
  /** Removes the mailbox of a worker that is gone, with all in it. */
  remove(instance: string): Promise<void>;
}

/** BullMQ's own log of events: nobody reads it. */
const EVENTS = { events: { maxLen: 1 } } as const;
const JOB = "task";

/** @param prefix of their names in Redis */
export async function openMailboxes(commands: Redis, prefix: string): Promise<Mailboxes> {
  const { Queue: BullQueue } = await import("bullmq");
  const queues = new Map<string, Queue<Order>>();
  // Many queues listen to one connection.
  commands.setMaxListeners(0);

  const queueOf = (instance: string): Queue<Order> => {
    const known = queues.get(instance);
    if (known !== undefined) return known;
    const queue = new BullQueue<Order>(instance, {
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
  return {
    async put(instance, order) {
      const options = { jobId: order.runId, removeOnComplete: true, removeOnFail: true };
      await queueOf(instance).add(JOB, order, options);
    },
    async has(instance, runId) {
      return (await commands.exists(queueOf(instance).toKey(runId))) === 1;
    },
    async takeBack(instance, runId) {
      const queue = queueOf(instance);
      return (await queue.getJobState(runId)) === "waiting" && (await queue.remove(runId)) === 1;
    },
    async remove(instance) {
      const queue = queueOf(instance);
      queues.delete(instance);
      await queue.obliterate({ force: true });
      await queue.close();
    },
  };
}
