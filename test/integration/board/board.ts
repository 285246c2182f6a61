import { spawnSync } from "node:child_process";
import { join } from "node:path";

export type BoardStep = readonly [name: string, ...unknown[]];

const PROGRAM = join(import.meta.dirname, "the_board.py");

/** Lets The Board, a Python process, do these things; gives the ids of what it made, by the names given to them. */
export function theBoard(file: string, steps: readonly BoardStep[]): Readonly<Record<string, string>> {
  const ran = spawnSync("python3", [PROGRAM, file], { input: JSON.stringify(steps), encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`The Board failed: ${ran.error?.message ?? ran.stderr}`);
  return JSON.parse(ran.stdout) as Record<string, string>;
}
