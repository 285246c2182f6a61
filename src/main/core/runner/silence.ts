/** How long a worker has been silent, by the clock of who listens. */
export interface Sighting {
  /** Its last heartbeat as it stood then; only its changing counts, for it is another clock's time. */
  readonly beat: number | null;
  readonly silentMs: number;
  /** When it was looked at, monotonic. */
  readonly at: number;
}

/**
 * What a look at a worker's heartbeat tells. Between two looks at most `longestMs` count: a listener that was stopped
 * itself has not heard that there was silence.
 */
export function listen(before: Sighting | undefined, beat: number | null, now: number, longestMs: number): Sighting {
  if (before === undefined || before.beat !== beat) return { beat, silentMs: 0, at: now };
  return { beat, silentMs: before.silentMs + Math.min(Math.max(0, now - before.at), longestMs), at: now };
}
