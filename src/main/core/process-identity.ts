import { readFileSync } from "node:fs";
import { hostname } from "node:os";

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

/**
 * Whether this very process lives. Null: cannot be known from here (another machine, or nothing recorded). A
 * zombie (ended, not yet waited for) does not live.
 */
export function isAlive(identity: {
  readonly pid: number | null;
  readonly pidStart: string | null;
  readonly host: string | null;
  readonly bootId: string | null;
}): boolean | null {
  const { pid, pidStart, host, bootId } = identity;
  if (pid === null || host === null || host !== thisHost.host) return null;
  if (bootId !== null && thisHost.bootId !== null && bootId !== thisHost.bootId) return false;
  if (process.platform === "linux") {
    const stat = linuxStat(pid);
    if (!stat || stat.state === "Z" || stat.state === "X") return false;
    return pidStart === null || stat.start === pidStart;
  }
  return exists(pid);
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
