import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./app";

export interface TerminalRun {
  /** Everything written so far. */
  output(): string;
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

/** Runs the built `hive` command under Node, as a terminal would. */
export function hive(args: readonly string[], dataFolder: string): TerminalRun {
  const node = join(ROOT, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
  const child = spawn(node, [join(ROOT, "out/main/hive.cjs"), ...args], {
    env: { ...process.env, HIVE_DATA_DIR: dataFolder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { output: () => chunks.join(""), ended };
}
