/** Short times, so that what takes a quarter of a minute in life takes a second or two here. */
export const QUICK = { heartbeatMs: 100, pulseMs: 500, lockMs: 1_000, askMs: 100 } as const;
export const QUICK_RUNNER = { heartbeatMs: 100, silenceMs: 2_000, graceMs: 200 } as const;
