/** Short times, so that what takes a quarter of a minute in life takes a second or two here. */
export const QUICK = { heartbeatMs: 100, pulseMs: 500, lockMs: 1_000, askMs: 100 } as const;
export const QUICK_RUNNER = { heartbeatMs: 100, silenceMs: 2_000, graceMs: 200 } as const;

/** `real`: the times of life. `mute`: nothing that is said again with each heartbeat is of any help. */
export const PACES = { quick: QUICK, real: {}, mute: { heartbeatMs: 600_000 } } as const;
export type Pace = keyof typeof PACES;
export const isPace = (word: string): word is Pace => Object.hasOwn(PACES, word);
