import { Worker } from "node:worker_threads";

/** A stretch of the system's monotonic clock, in milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** When the main thread took long turns, apart from what the machine itself withholds. */
export interface TurnWatch {
  /** The longest part of one turn within these stretches, in milliseconds. */
  longestWithin(stretches: readonly Stretch[]): number;
  /** The longest time, in milliseconds, in which the machine let not even an idle thread run. */
  longestStall(): number;
  stop(): Promise<void>;
}

const TICK_MS = 5;
/** Shorter turns are not kept. */
const NOTED_MS = 15;

/** A thread with nothing to do but tick, so that a busy machine is not mistaken for a blocked thread. */
const CONTROL = `
const { workerData } = require("node:worker_threads");
const longest = new Int32Array(workerData);
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  longest[0] = Math.max(longest[0], Math.round(now - last));
  last = now;
}, ${TICK_MS});
`;

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

export function watchTurns(): TurnWatch {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const control = new Worker(CONTROL, { eval: true, workerData: shared.buffer });
  const turns: Stretch[] = [];
  let last = now();
  const timer = setInterval(() => {
    const at = now();
    if (at - last > NOTED_MS) turns.push({ from: last, to: at });
    last = at;
  }, TICK_MS);
  return {
    longestWithin: (stretches) =>
      Math.max(
        0,
        ...stretches.flatMap(({ from, to }) => turns.map((turn) => Math.min(turn.to, to) - Math.max(turn.from, from))),
      ),
    longestStall: () => shared[0] ?? 0,
    async stop() {
      clearInterval(timer);
      await control.terminate();
    },
  };
}
