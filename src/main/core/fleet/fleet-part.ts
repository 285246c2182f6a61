import type { Executor } from "../runner/executor";
import { isFleetWorker } from "../store/fleet-workers";
import { createFleet, type Fleet, type FleetOptions, type FleetState } from "./fleet";
import { accessStamp } from "./fleet-access";
import type { FleetParty } from "./members";

/** A dispatcher's part in whatever fleet its environment names at the moment. */
export interface FleetPart {
  /** Whether this worker's attempts are the fleet's business. False for all while there is no fleet. */
  isTheirs(workerId: string): boolean;
  readonly executor: Executor;
  parties(busy: ReadonlyMap<string, unknown>): readonly FleetParty[];
  rows(): readonly string[];
  /** Attempts that are at its workers. */
  out(): number;
  /** Null: there is none. */
  state(): FleetState | null;
  /** Follows the environment, and sees to those who fell silent. */
  look(): void;
  close(): void;
}

export function createFleetPart(options: FleetOptions): FleetPart {
  let stamp = accessStamp(options.environment);
  let fleet: Fleet | null = createFleet(options);
  return {
    isTheirs: (workerId) => fleet !== null && isFleetWorker(workerId),
    executor: {
      start: (claim) => (fleet ?? none()).executor.start(claim),
      resume: (run) => (fleet ?? none()).executor.resume(run),
      close: () => fleet?.close(),
    },
    parties: (busy) => fleet?.parties(busy) ?? [],
    rows: () => fleet?.rows() ?? [],
    out: () => fleet?.out() ?? 0,
    state: () => fleet?.state() ?? null,
    look() {
      const now = accessStamp(options.environment);
      if (now !== stamp) {
        stamp = now;
        fleet?.close();
        fleet = createFleet(options);
        options.onChange();
      }
      fleet?.look();
    },
    close() {
      fleet?.close();
    },
  };
}

function none(): never {
  throw new Error("There is no fleet");
}
