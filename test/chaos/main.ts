import { runChaos } from "./rounds";

/**
 * npm run chaos -- [ROUNDS] [SEED]: kills consoles at random points. 1,000 times unless said otherwise. The program
 * is its own victim.
 */
const [first = "1000", seed = String(Math.floor(Math.random() * 1_000_000))] = process.argv.slice(2);
if (first === "victim") await import("./victim");
else await chaos(Number(first), Number(seed));

async function chaos(rounds: number, seed: number): Promise<void> {
  const say = (text: string): unknown => process.stdout.write(`${text}\n`);
  say(`seed ${seed}`);
  const report = await runChaos({
    program: process.argv[1] ?? "",
    rounds,
    seed,
    onRound: (round, acknowledged) => round % 50 === 0 && say(`${round} kills, ${acknowledged} changes acknowledged`),
  });
  for (const violation of report.violations) say(violation);
  say(`${report.acknowledged} acknowledged changes, ${report.violations.length} violations (seed ${seed})`);
  if (report.violations.length > 0) process.exitCode = 1;
}
