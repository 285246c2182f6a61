import { readFile } from "node:fs/promises";

const KILOBYTE = 1_024;

/** The memory that a process holds, in bytes, as Linux tells it; null elsewhere, or when the process is gone. */
export async function readResident(pid: number): Promise<number | null> {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * KILOBYTE;
  } catch {
    return null;
  }
}
