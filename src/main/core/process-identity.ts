import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { ProcessStanding } from "../../shared/model/worker";

/**
 * A process named so that a later one with the same pid is not mistaken for it: pid, its start time, the
 * machine and the machine's boot. Start time and boot are known on Linux; elsewhere they are null, and a null
 * is never taken for a match or a mismatch.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the boot, as /proc has it. */
  readonly pidStart: string | null;
  readonly host: string;
  readonly bootId: string | null;
}

/** This machine and boot; asked once. */
export const thisHost: { readonly host: string; readonly bootId: string | null } = {
  host: hostname(),
  bootId: readBootId(),
};

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, pidStart: processStart(process.pid), ...thisHost };
}

/** When the process started; null when it does not exist or the platform does not tell. */
export function processStart(pid: number): string | null {
  if (process.platform !== "linux") return null;
  return linuxStat(pid)?.start ?? null;
}

/** A recorded process, as this machine has it now. */
export interface RecordedProcess {
  readonly pid: number | null;
  readonly pidStart: string | null;
  readonly host: string | null;
  readonly bootId: string | null;
}

export function standingOf({ pid, pidStart, host, bootId }: RecordedProcess): ProcessStanding {
  if (pid === null || host === null) return "unrecorded";
  if (host !== thisHost.host) return "elsewhere";
  if (bootId !== null && thisHost.bootId !== null && bootId !== thisHost.bootId) return "rebooted";
  if (process.platform !== "linux") return exists(pid) ? "unverified" : "gone";
  const stat = linuxStat(pid);
  if (stat === null || stat.state === "X") return "gone";
  if (pidStart !== null && stat.start !== pidStart) return "reused";
  if (stat.state === "Z") return "zombie";
  if (stat.state === "T" || stat.state === "t") return "stopped";
  return pidStart === null ? "unverified" : "running";
}

/** Whether a process of this standing lives. Null: that cannot be known from here. */
export function livesWhen(standing: ProcessStanding): boolean | null {
  if (standing === "elsewhere" || standing === "unrecorded") return null;
  return standing === "running" || standing === "stopped" || standing === "unverified";
}

/**
 * Whether this very process lives. Null: cannot be known from here (another machine, or nothing recorded). A
 * zombie (ended, not yet waited for) does not live.
 */
export function isAlive(identity: RecordedProcess): boolean | null {
  return livesWhen(standingOf(identity));
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Fields 3 and 22 of /proc/PID/stat, counted after the name, which may hold spaces and parentheses. */
function linuxStat(pid: number): { readonly state: string; readonly start: string } | null {
  try {
    const content = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = content.slice(content.lastIndexOf(")") + 2).split(" ");
    const [state, start] = [fields[0], fields[19]];
    return state !== undefined && start !== undefined ? { state, start } : null;
  } catch {
    return null;
  }
}

function readBootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}
