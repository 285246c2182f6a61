import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { Acknowledged } from "./acknowledged";
import { Ledger } from "./ledger";
import { seededRandom } from "./random";

export interface ChaosOptions {
  /** The bundled main.ts. */
  readonly program: string;
  readonly rounds: number;
  readonly seed: number;
  readonly onRound?: (round: number, acknowledged: number) => void;
}

export interface ChaosReport {
  readonly acknowledged: number;
  /** Empty: all is well. */
  readonly violations: readonly string[];
}

/** A database serves for this many kills, so that checking it stays quick. */
const ROUNDS_PER_FILE = 25;
/** What the killed ones left must be finished by then. */
const SETTLE_MS = 60_000;
const LIFE_MS = { least: 20, most: 500 } as const;

/** Starts a console under load, kills it at a random point, and checks what is left; again and again. */
export async function runChaos({ program, rounds, seed, onRound }: ChaosOptions): Promise<ChaosReport> {
  const random = seededRandom(seed);
  let acknowledged = 0;
  for (let done = 0; done < rounds; ) {
    const folder = mkdtempSync(join(tmpdir(), "hive-chaos-"));
    const file = join(folder, "hive.db");
    const ledger = new Ledger();
    const check = (settled: boolean) => ledger.violations(file, settled).map((what) => `after round ${done}: ${what}`);
    try {
      for (const end = Math.min(done + ROUNDS_PER_FILE, rounds); done < end; done += 1) {
        const life = LIFE_MS.least + random() * (LIFE_MS.most - LIFE_MS.least);
        await oneLife(program, [file, String(seed * 10_000 + done), "work"], ledger, life);
        onRound?.(done + 1, acknowledged + ledger.size);
        const violations = check(false);
        if (violations.length > 0) return { acknowledged: acknowledged + ledger.size, violations };
      }
      await oneLife(program, [file, String(seed), "settle"], ledger, null).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${check(true).join("; ")}`);
      });
      const violations = check(true);
      acknowledged += ledger.size;
      if (violations.length > 0) return { acknowledged, violations };
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
  }
  return { acknowledged, violations: [] };
}

/** Runs a console until it has lived so long after its start, or to its own end. */
export async function oneLife(program: string, args: string[], ledger: Ledger, lifeMs: number | null): Promise<void> {
  const child = spawn(process.execPath, [program, "victim", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const read = (async () => {
    for await (const line of lines) {
      const said: Acknowledged = JSON.parse(line);
      if ("ready" in said && lifeMs !== null) killLater(child, lifeMs);
      ledger.note(said);
    }
  })();
  const patience = lifeMs === null ? setTimeout(() => child.kill("SIGTERM"), SETTLE_MS) : undefined;
  const [code, signal] = await exited;
  clearTimeout(patience);
  await read;
  if (lifeMs === null ? code !== 0 : signal !== "SIGKILL")
    throw new Error(`the console ended by itself: ${code ?? signal}`);
}

function killLater(child: ChildProcess, lifeMs: number): void {
  void delay(lifeMs).then(() => child.kill("SIGKILL"));
}
