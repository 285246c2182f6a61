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
  /** Another connection like it, for what blocks; ended with the link. */
  another(options?: RedisOptions): Redis;
  /** From now on and after each new connection; resolves when it was heard for the first time. */
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

/** Loads the client library, and begins to connect; does not wait for Redis. */
export async function openLink({ address, onChange, pulseMs = PULSE_MS }: LinkOptions): Promise<Link> {
  const { Redis } = await import("ioredis");
  const deadMs = MISSED_PULSES * pulseMs;
  const common: RedisOptions = {
    ...address.options,
    connectTimeout: Math.min(address.options.connectTimeout ?? deadMs, 2 * deadMs),
    // Without a word for so long it is dead, whatever TCP believes: see the pulse.
    socketTimeout: deadMs,
    maxRetriesPerRequest: null,
    enableAutoPipelining: true,
    retryStrategy: (times) => Math.min(RETRY_MS.first * 2 ** Math.min(times, 10), RETRY_MS.most),
  };
  const all: Redis[] = [];
  const heard = new Map<string, (message: string) => void>();
  let wasUp = false;
  let why: string | null = `${address.shown} does not answer yet`;
  let closed = false;

  const isUp = (): boolean => commands.status === "ready" && listener.status === "ready";
  const look = (): void => {
    const up = isUp();
    if (up) why = null;
    if (closed || up === wasUp) return;
    wasUp = up;
    why = up ? null : (why ?? `The connection to ${address.shown} was lost`);
    onChange();
  };
  const connect = (more: RedisOptions = {}): Redis => {
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

  const commands = connect();
  // It subscribes itself, so that a message is never heard by a connection that is not counted as ready.
  const listener = connect({ enableAutoPipelining: false });
  listener.on("message", (channel: string, message: string) => heard.get(channel)?.(message));
  for (const redis of [commands, listener]) for (const event of ["ready", "close", "end"]) redis.on(event, look);

  const pulse = setInterval(() => {
    for (const redis of [commands, listener]) if (redis.status === "ready") redis.ping().catch(() => undefined);
  }, pulseMs);

  return {
    commands,
    another: (options) => connect(options),
    async subscribe(channel, hear) {
      heard.set(channel, hear);
      await listener.subscribe(channel);
    },
    isUp,
    trouble: () => why,
    close() {
      closed = true;
      clearInterval(pulse);
      for (const redis of all) redis.disconnect();
    },
  };
}
