import { errorFingerprint } from "../../../shared/model/error-fingerprint";
import type { TaskFilter } from "../../../shared/model/task-filter";
import type { ErrorGroup, ErrorGroups } from "../../../shared/model/task-lists";
import { textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { countTasks, searchTasks } from "./task-search";
import { parseTime } from "./time";

/** So many failed tasks are grouped, the latest ones. */
const MOST_GROUPED = 5_000;
const PAGE = 250;
const UNSAID = "No reason was given";

export const ERROR_OF_TASK = `SELECT k.reason, k.plan_id, t.updated_at, r.error_message FROM tasks t
  LEFT JOIN console_tasks k ON k.task_id = t.id
  LEFT JOIN runs r ON r.id = coalesce(k.run_id, (SELECT l.id FROM runs l WHERE l.task_id = t.id ORDER BY l.run_number DESC LIMIT 1))
  WHERE t.id = +?`;

interface Growing {
  sample: string;
  latestAt: number | null;
  readonly taskIds: string[];
  readonly planIds: Set<string>;
}

/** The latest failed tasks that match by what went wrong, in slices: a page of them at a time. */
export async function groupErrors(db: ReadableDatabase, filter: TaskFilter, now: number): Promise<ErrorGroups> {
  const failed: TaskFilter = { ...filter, states: ["failed"] };
  const groups = new Map<string, Growing>();
  let grouped = 0;
  let after: string | undefined;
  do {
    const page = await searchTasks(db, { filter: failed, order: "recent", after, limit: PAGE, now });
    for (const id of page.ids) grouped += addTo(groups, db, id);
    after = page.next ?? undefined;
  } while (after !== undefined && grouped < MOST_GROUPED);
  return {
    groups: sorted(groups),
    grouped,
    total: after === undefined ? grouped : await atLeast(db, failed, grouped, now),
  };
}

function addTo(groups: Map<string, Growing>, db: ReadableDatabase, id: string): number {
  const row = statement(db, ERROR_OF_TASK).get(id);
  // It was deleted since the page was read.
  if (row === undefined) return 0;
  const error = textOrNull(row.reason) || textOrNull(row.error_message) || UNSAID;
  const fingerprint = errorFingerprint(error);
  let group = groups.get(fingerprint);
  if (!group) {
    group = { sample: error, latestAt: parseTime(row.updated_at), taskIds: [], planIds: new Set() };
    groups.set(fingerprint, group);
  }
  group.taskIds.push(id);
  const plan = textOrNull(row.plan_id);
  if (plan !== null) group.planIds.add(plan);
  return 1;
}

function sorted(groups: ReadonlyMap<string, Growing>): ErrorGroup[] {
  return [...groups]
    .map(([fingerprint, { taskIds, planIds, ...rest }]) => ({
      fingerprint,
      ...rest,
      count: taskIds.length,
      taskIds,
      planIds: [...planIds],
    }))
    .sort((a, b) => b.count - a.count || (b.latestAt ?? 0) - (a.latestAt ?? 0));
}

/** How many there are, as far as one answer's time tells. */
async function atLeast(db: ReadableDatabase, filter: TaskFilter, grouped: number, now: number): Promise<number> {
  const { counts } = await countTasks(db, { filter, now });
  return Math.max(grouped, counts.failed ?? 0);
}
