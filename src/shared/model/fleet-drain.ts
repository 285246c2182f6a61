/** What is known of a queue when its end is foretold. */
export interface DrainFacts {
  /** Tasks that wait. */
  readonly waiting: number;
  /** Tasks that run; on average half of each is done. */
  readonly running: number;
  /** Tasks that its workers can run at once, those that run now among them. */
  readonly slots: number;
  /** What tasks of it took of late, in milliseconds, in any order. */
  readonly durations: readonly number[];
}

/** How long a queue takes to be empty if nothing more comes, in milliseconds. */
export interface Drain {
  /** As expected. */
  readonly ms: number;
  /** As long as tasks take no longer than the longest of late. */
  readonly atMostMs: number;
}

/** Why nothing can be foretold. */
export type DrainUnknown = "no_slots" | "nothing_ended";

/**
 * Expected: the work that is left, shared by all slots, and no less than one task takes. At most: Graham's bound for
 * slots that take the next task whenever they are free, which no order of the tasks exceeds.
 */
export function predictDrain({ waiting, running, slots, durations }: DrainFacts): Drain | DrainUnknown {
  if (waiting === 0 && running === 0) return { ms: 0, atMostMs: 0 };
  if (slots <= 0) return "no_slots";
  if (durations.length === 0) return "nothing_ended";
  const mean = durations.reduce((sum, ms) => sum + ms, 0) / durations.length;
  const longest = durations.reduce((most, ms) => Math.max(most, ms), 0);
  const left = waiting * mean + (running * mean) / 2;
  const one = waiting > 0 ? mean : mean / 2;
  const ms = Math.max(left / slots, one);
  const atMostMs = Math.max(ms, (waiting * mean + running * longest) / slots + longest * (1 - 1 / slots));
  return { ms, atMostMs };
}

/** Slots that would empty the queue within a time; null: nothing can be foretold, or no number would do. */
export function slotsToDrainWithin(withinMs: number, facts: DrainFacts): number | null {
  const { waiting, running, durations } = facts;
  if (waiting === 0 && running === 0) return 0;
  if (durations.length === 0 || withinMs <= 0) return null;
  const enough = predictDrain({ ...facts, slots: waiting + running });
  if (typeof enough === "string" || enough.ms > withinMs) return null;
  const mean = durations.reduce((sum, ms) => sum + ms, 0) / durations.length;
  return Math.max(1, Math.ceil((waiting * mean + (running * mean) / 2) / withinMs));
}
