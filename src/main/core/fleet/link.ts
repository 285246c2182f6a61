import type { Redis, RedisOptions } from "ioredis";
import type { RedisAddress } from "./redis-address";

export interface LinkOptions {
  readonly address: RedisAddress;
  /** The connection stands or fell; `trouble` says why. */
  readonly onChange: () => void;
  /** How often the connection is tried for life, in milliseconds. Default 1,500. A dead one is given up after three. */
  readonly pulseMs?: number;
}

/**
 * A standing connection to a fleet's Redis: one for commands, one that listens. Both connect again by themselves for as
 * long as it takes, also when the other side is gone without a word.
 */
export interface Link {
  readonly commands: Redis;
  /** Another connection like it, ended with the link. `blocks`: its user sees to it that it is alive. */
  another(use: "blocks" | "works"): Redis;
  /** From now on, and after each new connection; resolves when it was heard for the first time. */
  subscribe(channel: string, hear: (message: string) => void): Promise<void>;
  /** Whether commands and messages get through, as far as is known. */
  isUp(): boolean;
  /** Why not; null while it is up. */
  trouble(): string | null;
  close(): void;
}

const PULSE_MS = 1_500;
const MISSED_PULSES = 3;
const RETRY_MS = { first: 50, most: 1_000 } as const;
/** A connection that is given up as dead answers no farewell. */
const FAREWELL_MS = 200;

/** Loads the client library, and begins to connect; does not wait for Redis. */
export async function openLink({ address, onChange, pulseMs = PULSE_MS }: LinkOptions): Promise<Link> {
  const { Redis } = await import("ioredis");
  const common: RedisOptions = {
    ...address.options,
    disconnectTimeout: FAREWELL_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(RETRY_MS.first * 2 ** Math.min(times, 10), RETRY_MS.most),
  };
  const all: Redis[] = [];
  const pulses: NodeJS.Timeout[] = [];
  const channels = new Map<string, { readonly hear: (message: string) => void; readonly heard: () => void }>();
  let wasUp = false;
  let isListening = false;
  let why: string | null = `${address.shown} does not answer yet`;
  let closed = false;

  const isUp = (): boolean => commands.status === "ready" && isListening;
  const look = (): void => {
    const up = isUp();
    if (up) why = null;
    if (closed || up === wasUp) return;
    wasUp = up;
    why = up ? null : (why ?? `The connection to ${address.shown} was lost`);
    onChange();
  };

  /** Gives up a connection that does not answer, whatever TCP believes. Counts ticks: a busy program is no dead Redis. */
  const watch = (redis: Redis): void => {
    let unanswered = 0;
    const answered = (): void => {
      unanswered = 0;
    };
    const pulse = setInterval(() => {
      if (redis.status !== "ready") {
        unanswered = 0;
        return;
      }
      unanswered += 1;
      if (unanswered > MISSED_PULSES) {
        unanswered = 0;
        redis.disconnect(true);
      } else redis.ping().then(answered, () => undefined);
    }, pulseMs);
    pulses.push(pulse);
  };
  const connect = (more: RedisOptions): Redis => {
    const redis = new Redis({ ...common, ...more });
    redis.on("error", (error) => {
      const told = `${address.shown} does not answer: ${error.message}`;
      const isNews = told !== why;
      why = told;
      if (!closed && isNews && !isUp()) onChange();
    });
    all.push(redis);
    return redis;
  };

  const commands = connect({});
  // What it hears it asks for itself, with each new connection: what the client repeats of its own may come too early.
  const listener = connect({ autoResubscribe: false, autoResendUnfulfilledCommands: false, enableReadyCheck: false });
  watch(commands);
  watch(listener);

  const listen = (): void => {
    const names = [...channels.keys()];
    const asked = names.length === 0 ? Promise.resolve(0) : listener.subscribe(...names);
    asked.then(
      () => {
        isListening = listener.status === "ready";
        for (const name of names) channels.get(name)?.heard();
        look();
      },
      () => undefined,
    );
  };
  listener.on("ready", listen);
  listener.on("close", () => {
    isListening = false;
    look();
  });
  listener.on("message", (channel: string, message: string) => channels.get(channel)?.hear(message));
  for (const event of ["ready", "close", "end"]) commands.on(event, look);

  return {
    commands,
    another(use) {
      const redis = connect({});
      if (use === "works") watch(redis);
      return redis;
    },
    subscribe: (channel, hear) =>
      new Promise((heard) => {
        channels.set(channel, { hear, heard });
        if (listener.status === "ready") listen();
      }),
    isUp,
    trouble: () => why,
    close() {
      closed = true;
      for (const pulse of pulses) clearInterval(pulse);
      for (const redis of all) redis.disconnect();
    },
  };
}
