import { LEASE_MS } from "../../src/main/core/runner/election";
import { runCrowd } from "./crowd";
import { runChaos } from "./rounds";

/**
 * npm run chaos -- [ROUNDS] [SEED]: kills consoles at random points, one by one and among several at work on the same
 * database, each 1,000 times unless said otherwise. The program is its own victim.
 */
const [first = "1000", seed = String(Math.floor(Math.random() * 1_000_000))] = process.argv.slice(2);
if (first === "victim") await import("./victim");
else await chaos(Number(first), Number(seed));

async function chaos(rounds: number, seed: number): Promise<void> {
  const say = (text: string): unknown => process.stdout.write(`${text}\n`);
  say(`seed ${seed}`);
  const program = process.argv[1] ?? "";
  const onRound = (round: number, acknowledged: number): unknown =>
    round % 50 === 0 && say(`${round} kills, ${acknowledged} changes acknowledged`);
  const alone = await runChaos({ program, rounds, seed, onRound });
  const crowd = await runCrowd({ program, rounds, seed, takeoverMs: LEASE_MS + 1_000, onRound });
  for (const violation of [...alone.violations, ...crowd.violations]) say(violation);
  for (const [name, { acknowledged, violations }] of Object.entries({ alone, crowd })) {
    say(`${name}: ${acknowledged} acknowledged changes, ${violations.length} violations (seed ${seed})`);
    if (violations.length > 0) process.exitCode = 1;
  }
  say(`${crowd.takeovers} takeovers, the longest ${Math.round(crowd.longestTakeoverMs)} ms`);
}
