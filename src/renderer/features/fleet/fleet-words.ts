import type { FleetQueue, FleetWorker } from "../../../shared/model/fleet-view";
import { formatCount, formatDuration, plural } from "../../ui/format";

/** The commands from nothing to a task that ran in the fleet; docs/fleet.md explains them. */
export const FIVE_COMMANDS = [
  "apt-get install redis-server",
  "export HIVE_FLEET_REDIS=redis://HOST:6379 HIVE_FLEET_KEY=$(hive fleet key)",
  "hive fleet status",
  "hive fleet worker --queue default --slots 4",
  "hive settings set fleet.executor fleet",
] as const;

/** A rate as people compare it: `0`, `0.4`, `12`, `3,400`. */
export function formatRate(perMinute: number): string {
  if (perMinute === 0) return "0";
  return perMinute < 9.95 ? perMinute.toFixed(1) : formatCount(perMinute);
}

/** When the queue is empty, in a few characters, and in a sentence. */
export function drainWords({ drain, waiting, running }: FleetQueue): { readonly short: string; readonly long: string } {
  if (drain === "no_slots")
    return { short: "never: no worker", long: "No worker takes tasks of this queue: start one." };
  if (drain === "nothing_ended") {
    return { short: "–", long: "No task of it succeeded in the last five minutes, so nobody can tell." };
  }
  if (waiting + running === 0) return { short: "empty", long: "Nothing waits and nothing runs." };
  const [ms, most] = [formatDuration(drain.ms), formatDuration(drain.atMostMs)];
  return {
    short: ms,
    long: `About ${ms} if nothing more comes; at most ${most} if no task takes longer than the longest of late.`,
  };
}

/** How many slots more would do, where there are too few. */
export function hintWords({ slotsForGoal, slots, drain }: FleetQueue, goalMs: number): string | null {
  if (slotsForGoal === null || slotsForGoal <= slots) return null;
  if (typeof drain !== "string" && drain.ms <= goalMs) return null;
  return `+${plural(slotsForGoal - slots, "slot")} for ${formatDuration(goalMs)}`;
}

/** The state of a worker: the look of its glyph, and its word. */
export function workerStateOf({ state, busy, elsewhere }: FleetWorker): {
  readonly look: string;
  readonly word: string;
} {
  if (state === "silent") return { look: "stale", word: "Silent" };
  const isBusy = busy + elsewhere > 0;
  const look = isBusy ? "busy" : "idle";
  if (state === "draining") return { look, word: "Draining" };
  return { look, word: isBusy ? "Busy" : "Idle" };
}
