import type { Clock } from "../clock";
import { statement, type WritableDatabase } from "../store/database";

/** Less is the drift of two clocks, or a loop that was held up between reading both. */
const JUMP_MS = 5_000;

/**
 * Answers a function that tells by how much the wall clock was set since its last call, in milliseconds: 0 when it
 * went on as the monotonic one did. Time asleep counts as a jump: the monotonic clock of Linux stands still then.
 */
export function createJumpWatch(clock: Clock): () => number {
  const ahead = () => clock.now() - clock.monotonic();
  let before = ahead();
  return () => {
    const jump = ahead() - before;
    if (Math.abs(jump) < JUMP_MS) return 0;
    before += jump;
    return Math.round(jump);
  };
}

const SHIFT_TASKS = `UPDATE console_tasks SET not_before = not_before + ?
  WHERE seq IN (SELECT seq FROM console_ready WHERE held = 2)`;
const SHIFT_QUEUE = "UPDATE console_ready SET not_before = not_before + ? WHERE held = 2";

/** Retries are due after a while, not at an hour: a clock that is set a day back would have them wait that day. */
export function shiftRetryTimes(tx: WritableDatabase, jumpMs: number): void {
  statement(tx, SHIFT_TASKS).run(jumpMs);
  statement(tx, SHIFT_QUEUE).run(jumpMs);
}
