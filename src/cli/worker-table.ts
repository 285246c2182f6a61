import type { WorkerRow } from "../shared/model/views";
import type { Output } from "./output";
import type { Tone } from "./style";
import { column, formatElapsed, plainText } from "./text";

const TONES: Readonly<Record<string, Tone>> = {
  busy: "blue",
  idle: "green",
  stale: "yellow",
  zombie: "red",
  dead: "red",
  error: "red",
  offline: "grey",
};
const STATE_WIDTH = 16;
const BEAT_WIDTH = 12;
const WIDEST_ROLE = 20;

/** Workers with their health, then how many slots each program has. `now`: milliseconds since the epoch. */
export function printWorkerTable(out: Output, workers: readonly WorkerRow[], now: number): void {
  const idWidth = Math.max(2, ...workers.map((worker) => worker.id.length));
  const roleWidth = Math.min(WIDEST_ROLE, Math.max(4, ...workers.map((worker) => worker.role.length)));
  const head = [
    column("ID", idWidth),
    column("ROLE", roleWidth),
    column("STATE", STATE_WIDTH),
    column("BEAT", BEAT_WIDTH),
  ];
  out.line(out.paint("grey", `${head.join("  ")}  CAPABILITIES`));
  for (const worker of workers) {
    const beat =
      worker.lastHeartbeat === null ? "never" : `${formatElapsed(Math.max(0, now - worker.lastHeartbeat))} ago`;
    const state = out.paint(TONES[worker.state] ?? "grey", column(plainText(stateWords(worker)), STATE_WIDTH));
    const cells = [column(plainText(worker.id), idWidth), column(plainText(worker.role), roleWidth), state];
    out.line(`${[...cells, column(beat, BEAT_WIDTH)].join("  ")}  ${plainText(worker.capabilities.join(", "))}`);
  }
  for (const group of slotGroups(workers)) {
    out.line(`${plainText(group.role)}: ${group.busy} of ${group.slots} slots busy ${plainText(group.where)}`);
  }
}

export function isLive(state: WorkerRow["state"]): boolean {
  return state === "busy" || state === "idle";
}

/** A drained worker gets no more tasks, whatever it does now. */
export function stateWords({ state, drained }: WorkerRow): string {
  if (!drained) return state;
  return state === "idle" ? "drained" : `${state}, drained`;
}

interface SlotGroup {
  readonly role: string;
  /** `(pid 12 on host)`, or what is said where no process is known. */
  readonly where: string;
  readonly slots: number;
  readonly busy: number;
}

/** The live workers of one process and role are its slots. */
function slotGroups(workers: readonly WorkerRow[]): SlotGroup[] {
  const groups = new Map<string, SlotGroup>();
  for (const { role, pid, host, state } of workers) {
    if (!isLive(state)) continue;
    const where = pid === null ? "(no process is known)" : `(pid ${pid} on ${host ?? "an unknown host"})`;
    const key = JSON.stringify([role, where]);
    const before = groups.get(key) ?? { role, where, slots: 0, busy: 0 };
    groups.set(key, { ...before, slots: before.slots + 1, busy: before.busy + (state === "busy" ? 1 : 0) });
  }
  return [...groups.values()];
}
