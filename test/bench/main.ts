import type { Benchmark } from "./benchmark";
import { commands } from "./commands";
import { drain } from "./drain";
import { dualWrite, emission } from "./dual-write";
import { eventLoop } from "./event-loop";
import { figureLine } from "./figure";
import { fleet } from "./fleet";
import { fleetSimulation } from "./fleet-simulation";
import { fullCycle } from "./full-cycle";
import { memory } from "./memory";
import { operations } from "./operations";
import { readiness } from "./readiness";
import { restart } from "./restart";

/**
 * npm run bench -- [--quick] [NAME...]: prints a line of JSON for each figure. References are measured in the same
 * run, for figures of two machines, or of two hours of one, do not compare. Nothing here fails: see "holds".
 */
const BENCHMARKS: readonly Benchmark[] = [
  fullCycle,
  drain,
  readiness,
  restart,
  commands,
  eventLoop,
  operations,
  memory,
  dualWrite,
  emission,
  fleet,
  fleetSimulation,
];

const given = process.argv.slice(2);
const quick = given.includes("--quick");
const names = given.filter((argument) => argument !== "--quick");
const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  const known = BENCHMARKS.map((benchmark) => benchmark.name).join(", ");
  process.stderr.write(`There is no benchmark named ${unknown.join(", ")}. There are: ${known}.\n`);
  process.exit(2);
}
for (const benchmark of BENCHMARKS) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue;
  await benchmark.run({ quick, report: (figure) => process.stdout.write(`${figureLine(figure)}\n`) });
}
