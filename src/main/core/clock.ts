import { randomBytes } from "node:crypto";

/** Time, injected wherever it matters so that tests own it. */
export interface Clock {
  /** Wall time in milliseconds since the epoch, UTC. It may jump; never measure a duration with it. */
  now(): number;
  /** Milliseconds of the system's monotonic clock, the same for every process since the machine started. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
};

/** A number in [0, 1). */
export type Random = () => number;

/** Unpredictable enough for ids, unlike a seeded generator. Asks the system for many numbers at once. */
export const systemRandom: Random = (() => {
  let pool = new Uint32Array(0);
  let at = 0;
  return () => {
    if (at >= pool.length) {
      pool = new Uint32Array(new Uint8Array(randomBytes(4 * 1_024)).buffer);
      at = 0;
    }
    at += 1;
    return (pool[at - 1] ?? 0) / 2 ** 32;
  };
})();

const COUNTER_LIMIT = 2 ** 12;

/**
 * UUIDv7 in text: ids sort by time of making, and strictly so within one source, even when the clock stands
 * still or goes back. Ordered ids keep the indexes on them dense.
 */
export function createIdSource(clock: Clock, random: Random): () => string {
  let lastMs = 0;
  let counter = 0;
  let prefix = "";
  let prefixMs = -1;
  return () => {
    const now = Math.floor(clock.now());
    if (now > lastMs) {
      lastMs = now;
      // Half of the counter's room stays free for the ids that follow within the same millisecond.
      counter = Math.floor(random() * (COUNTER_LIMIT / 2));
    } else if (counter + 1 < COUNTER_LIMIT) {
      counter += 1;
    } else {
      lastMs += 1;
      counter = 0;
    }
    if (lastMs !== prefixMs) {
      const time = lastMs.toString(16).padStart(12, "0");
      prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`;
      prefixMs = lastMs;
    }
    const variant = VARIANTS[Math.floor(random() * 4)];
    return `${prefix}${digits(counter)}-${variant}${chunk(random)}-${chunk(random)}${chunk(random)}${chunk(random)}${chunk(random)}`;
  };
}

const VARIANTS = "89ab";
/** All numbers of three hexadecimal digits as text. */
const THREE_DIGITS = Array.from({ length: 4_096 }, (_, value) => value.toString(16).padStart(3, "0"));

function digits(value: number): string {
  return THREE_DIGITS[value] ?? "";
}

function chunk(random: Random): string {
  return digits(Math.floor(random() * 4_096));
}
