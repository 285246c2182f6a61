import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import type { Acknowledged } from "./acknowledged";
import { Ledger } from "./ledger";
import { seededRandom } from "./random";
import { type ChaosReport, oneLife } from "./rounds";

export interface CrowdOptions {
  /** The bundled main.ts. */
  readonly program: string;
  /** Kills. */
  readonly rounds: number;
  readonly seed: number;
  /** From the death of the one who dispatches to the next one's lease, at most, in milliseconds. */
  readonly takeoverMs: number;
  readonly onRound?: (round: number, acknowledged: number) => void;
}

export interface CrowdReport extends ChaosReport {
  /** The longest takeover in milliseconds. */
  readonly longestTakeoverMs: number;
  readonly takeovers: number;
}

const CROWD = 3;
const ROUNDS_PER_FILE = 25;
/** How long between two kills: from none to enough for a newcomer to get to work. */
const PAUSE_MS = { least: 5, most: 200 } as const;

interface Member {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly read: Promise<void>;
}

/**
 * Several consoles at a time work on one database and compete for its lease; one after the other is killed at a
 * random point, most often the one who dispatches, and another started in its place.
 */
export async function runCrowd(options: CrowdOptions): Promise<CrowdReport> {
  const { program, rounds, seed } = options;
  const random = seededRandom(seed);
  const violations: string[] = [];
  const took: number[] = [];
  let acknowledged = 0;
  for (let done = 0; done < rounds && violations.length === 0; ) {
    const folder = mkdtempSync(join(tmpdir(), "hive-crowd-"));
    const file = join(folder, "hive.db");
    const ledger = new Ledger();
    const members: Member[] = [];
    try {
      for (let member = 0; member < CROWD; member += 1) members.push(await joinCrowd(member));
      for (const end = Math.min(done + ROUNDS_PER_FILE, rounds); done < end; done += 1) {
        await delay(PAUSE_MS.least + random() * (PAUSE_MS.most - PAUSE_MS.least));
        const lease = leaseOf(file);
        const leads = members.findIndex(({ child }) => child.pid === lease.pid);
        const at = leads >= 0 && random() < 0.7 ? leads : Math.floor(random() * members.length);
        await kill(members[at]);
        if (at === leads) {
          const takeover = await takeoverOf(file, lease.epoch, options.takeoverMs);
          if (takeover === null) violations.push(`nobody took over within ${options.takeoverMs} ms, in round ${done}`);
          else took.push(takeover);
        }
        members.splice(at, 1, await joinCrowd(CROWD + done));
        options.onRound?.(done + 1, acknowledged + ledger.size);
      }
      for (const member of members.splice(0)) await kill(member);
      violations.push(...ledger.violations(file, false));
      await oneLife(program, [file, String(seed), "settle"], ledger, null).catch((error: unknown) => {
        violations.push(String(error));
      });
      violations.push(...ledger.violations(file, true));
      acknowledged += ledger.size;
    } finally {
      for (const member of members) await kill(member);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }

    /** Resolves when it is at work. */
    async function joinCrowd(number: number): Promise<Member> {
      const args = [program, "victim", file, String(seed * 10_000 + number), "work"];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      const exited = once(child, "exit");
      let isReady = (): void => undefined;
      const ready = new Promise<void>((resolve) => {
        isReady = resolve;
      });
      const read = (async () => {
        for await (const line of createInterface({ input: child.stdout })) {
          const said: Acknowledged = JSON.parse(line);
          if ("ready" in said) isReady();
          ledger.note(said);
        }
      })();
      await Promise.race([ready, exited]);
      return { child, exited, read };
    }
  }
  return { acknowledged, violations, longestTakeoverMs: Math.max(0, ...took), takeovers: took.length };
}

async function kill(member: Member | undefined): Promise<void> {
  if (member === undefined) return;
  member.child.kill("SIGKILL");
  await member.exited;
  await member.read;
}

interface SeenLease {
  readonly epoch: number;
  readonly pid: number | null;
}

function leaseOf(file: string): SeenLease {
  const db = new Database(file, { readonly: true, timeout: 5_000 });
  try {
    const sql = "SELECT epoch, CASE WHEN holder_id IS NOT NULL THEN pid END AS pid FROM console_lease";
    return db.prepare<[], SeenLease>(sql).get() ?? { epoch: 0, pid: null };
  } finally {
    db.close();
  }
}

async function takeoverOf(file: string, epoch: number, limitMs: number): Promise<number | null> {
  const begun = performance.now();
  while (performance.now() - begun < limitMs) {
    if (leaseOf(file).epoch > epoch) return performance.now() - begun;
    await delay(10);
  }
  return null;
}
