import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { makeFolder } from "./make-folder.mjs";
import { say } from "./report.mjs";

const HEARTBEAT_MS = 2_000;
const STALE_MS = 30_000;

async function holder(lockDir) {
  try {
    const [owner, { mtimeMs }] = await Promise.all([readFile(join(lockDir, "owner.json"), "utf8"), stat(lockDir)]);
    return { ...JSON.parse(owner), ageMs: Date.now() - mtimeMs };
  } catch {
    const age = await stat(lockDir).then(
      (info) => Date.now() - info.mtimeMs,
      () => 0,
    );
    return { pid: undefined, host: undefined, ageMs: age };
  }
}

function processExists(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** A holder is gone when its process is (on this host), or when its heartbeat has stopped. */
export function isStale({ pid, host, ageMs }, { thisHost = hostname(), exists = processExists } = {}) {
  if (ageMs > STALE_MS) return true;
  return pid !== undefined && host === thisHost && !exists(pid);
}

/**
 * Runs `work` while holding a lock folder, so that two commands do not do the same long work at once. It spares
 * work only: what is done under it must be right without it too, as a lock taken over from a suspended process may
 * be held twice.
 * @param {string} what names the work for the one who waits
 */
export async function withLock(lockDir, what, work) {
  makeFolder(dirname(lockDir));
  let told = false;
  for (;;) {
    try {
      await mkdir(lockDir);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const current = await holder(lockDir);
    if (isStale(current)) {
      const aside = `${lockDir}.stale-${process.pid}-${Date.now()}`;
      await rename(lockDir, aside).catch(() => {});
      await rm(aside, { recursive: true, force: true });
      continue;
    }
    if (!told) {
      told = true;
      say(`Waiting: another process${current.pid ? ` (${current.pid})` : ""} is ${what}.`);
    }
    await delay(300);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(lockDir, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  try {
    await writeFile(join(lockDir, "owner.json"), JSON.stringify({ pid: process.pid, host: hostname() }));
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(lockDir, { recursive: true, force: true });
  }
}
