import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface WriterSettings {
  readonly file: string;
  readonly changesPerSecond: number;
  /** A task whose title tells which mark was the last; null: none. */
  readonly markerId: string | null;
  readonly markerEveryMs: number;
}

/** A marked transaction is durable; time by the system's clock. */
export interface MarkerCommit {
  readonly mark: number;
  readonly committedAt: number;
}

/** What the writer has done, at its end. */
export interface WriterReport {
  readonly written: number;
  readonly seconds: number;
  readonly longestGroupMs: number;
  readonly cpuSeconds: number;
}

export interface Load {
  /** Commits by mark. */
  readonly commits: ReadonlyMap<number, number>;
  /** Ends the writer and gives its report. */
  stop(): Promise<WriterReport>;
}

/** Starts another process that writes the database, and waits until it does. `root`: the repository's folder. */
export async function startLoad(root: string, settings: WriterSettings): Promise<Load> {
  const program = [join(root, "test/helpers/run-program.ts"), join(root, "test/bench/ui/writer.ts")];
  const child = spawn(process.execPath, [...program, JSON.stringify(settings)], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const commits = new Map<number, number>();
  let report: WriterReport | null = null;
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const message: MarkerCommit | WriterReport = JSON.parse(line);
    if ("mark" in message) commits.set(message.mark, message.committedAt);
    else report = message;
  });
  const read = once(lines, "close");
  await Promise.race([once(lines, "line"), exit]);
  return {
    commits,
    async stop() {
      child.stdin.end();
      const [code] = await exit;
      await read;
      if (report === null) throw new Error(`the writer ended with ${code} and without a report`);
      return report;
    },
  };
}
