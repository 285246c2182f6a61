import { setTimeout as delay } from "node:timers/promises";
import { readLog } from "../main/core/operations/runs";
import type { Store } from "../main/core/store/open";
import { hasRun, latestRunOf } from "../main/core/store/task-names";
import { HiveError } from "../shared/errors";
import { openToRead } from "./database";
import { EXIT, type ExitCode } from "./exit-codes";
import { taskNamed } from "./named";
import type { Outputs } from "./output";
import { listenForInterrupts } from "./signals";

export interface RunLogOptions {
  readonly databaseFile: string;
  /** An attempt's id, a task's, or a subtask's. */
  readonly name: string;
  /** Go on as long as the attempt runs. */
  readonly follow: boolean;
  /** Only the last lines; null: all. */
  readonly tail: number | null;
}

const PIECE_BYTES = 1_048_576;
const LOOK_MS = 200;

/** Writes an attempt's log, byte by byte as it stands, to standard output. */
export async function printRunLog(options: RunLogOptions, { out, err }: Outputs): Promise<ExitCode> {
  const interrupts = listenForInterrupts();
  const core = await openToRead(options.databaseFile, err);
  try {
    const { store } = core;
    const runId = runNamed(store, options.name);
    let from = options.tail === null ? 0 : await startOfTail(store, runId, options.tail);
    for (;;) {
      const piece = await readLog(store, { runId, from, maxBytes: PIECE_BYTES });
      if (piece.text !== "") out.write(piece.text);
      from = piece.to;
      if (out.closed || interrupts.count > 0) return EXIT.ok;
      if (piece.to < piece.size) continue;
      if (!options.follow || piece.ended) return EXIT.ok;
      await delay(LOOK_MS);
    }
  } finally {
    interrupts.end();
    await core.close();
  }
}

/** The attempt meant: of a task the latest one. */
function runNamed(store: Store, name: string): string {
  if (hasRun(store.read, name)) return name;
  const taskId = taskNamed(store, name);
  const runId = latestRunOf(store.read, taskId);
  if (runId !== null) return runId;
  throw new HiveError("not_found", `Task ${taskId} has not begun, so there is no log. Ask: hive why ${taskId}`, {
    taskId,
  });
}

/** The offset at which the last so many lines begin, read from the end backwards. */
async function startOfTail(store: Store, runId: string, lines: number): Promise<number> {
  const last = await readLog(store, { runId, maxBytes: PIECE_BYTES });
  let end = last.to;
  let missing = lines;
  let isLast = true;
  while (end > 0) {
    const from = Math.max(0, end - PIECE_BYTES);
    const { text } = await readLog(store, { runId, from, maxBytes: end - from });
    const bytes = Buffer.from(text, "utf8");
    // What is no UTF-8 changes its length on the way: the whole log is safe to show.
    if (bytes.length !== end - from) return 0;
    let at = bytes.length - (isLast && bytes.at(-1) === 10 ? 1 : 0);
    for (; missing > 0; missing -= 1) {
      const found = at <= 0 ? -1 : bytes.lastIndexOf(10, at - 1);
      if (found < 0) break;
      at = found;
    }
    if (missing === 0) return from + at + 1;
    isLast = false;
    end = from;
  }
  return 0;
}
