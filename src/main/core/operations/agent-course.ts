import { setImmediate as nextTurn } from "node:timers/promises";
import { type AgentCourses, type CourseRange, foldCourse } from "../../../shared/model/agent-course";
import { readAgentRunsBefore } from "../store/agent-runs";
import type { Store } from "../store/open";
import { hasRuns } from "../store/run-ends";

const CHUNK = 300;
/** More attempts than this are not read back; the figures then stand for a shorter time, and say so. */
const MOST_RUNS = 20_000;

/** What became of each agent's attempts in a range of time up to now. Reads in slices, with the event loop free between. */
export async function getAgentCourses(store: Store, { range }: { readonly range: CourseRange }): Promise<AgentCourses> {
  const now = store.clock.now();
  const fold = foldCourse(range, now);
  const { since } = fold.result(now);
  let place = Number.MAX_SAFE_INTEGER;
  let oldest = now;
  for (let rows = 0; hasRuns(store.read) && rows < MOST_RUNS; ) {
    const runs = readAgentRunsBefore(store.read, place, CHUNK);
    for (const run of runs) {
      if (run.agent !== "") fold.take(run);
      oldest = Math.min(oldest, run.startedAt ?? oldest);
    }
    const last = runs.at(-1);
    // Attempts begin in order: once a whole slice began before the time in question, nothing of interest is left.
    if (
      last === undefined ||
      runs.length < CHUNK ||
      runs.every(({ startedAt }) => startedAt !== null && startedAt < since)
    ) {
      return fold.result(since);
    }
    rows += runs.length;
    place = last.place;
    await nextTurn();
  }
  return fold.result(hasRuns(store.read) ? Math.max(since, oldest) : since);
}
