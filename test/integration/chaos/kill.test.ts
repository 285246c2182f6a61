import { join } from "node:path";
import { expect, test } from "vitest";
import { runCrowd } from "../../chaos/crowd";
import { runChaos } from "../../chaos/rounds";
import { bundleForNode } from "../../helpers/bundle";
import { temporaryFolder } from "../../helpers/store";

const ROUNDS = 50;

test(`a console killed at ${ROUNDS} random points loses nothing that it acknowledged, and finishes its plans`, async () => {
  const program = await bundleForNode(join(import.meta.dirname, "../../chaos/main.ts"), temporaryFolder());
  const seed = Math.floor(Math.random() * 1_000_000);
  const report = await runChaos({ program, rounds: ROUNDS, seed });
  expect({ seed, violations: report.violations }).toEqual({ seed, violations: [] });
  expect(report.acknowledged).toBeGreaterThan(ROUNDS);
}, 180_000);

// At load 10 a process that is due waits for its turn: what is proven is that somebody takes over, and loses nothing.
const TAKEOVER_MS = 20_000;

test(`among three consoles on one database, ${ROUNDS} kills start no attempt twice and lose nothing`, async () => {
  const program = await bundleForNode(join(import.meta.dirname, "../../chaos/main.ts"), temporaryFolder());
  const seed = Math.floor(Math.random() * 1_000_000);
  const report = await runCrowd({ program, rounds: ROUNDS, seed, takeoverMs: TAKEOVER_MS });
  expect({ seed, violations: report.violations }).toEqual({ seed, violations: [] });
  expect(report.takeovers).toBeGreaterThan(5);
}, 240_000);
