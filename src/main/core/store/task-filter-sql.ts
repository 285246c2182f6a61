import type { ExcludedTasks, TaskFilter } from "../../../shared/model/task-filter";

/** A filter as a condition on `tasks t LEFT JOIN console_tasks k`, and the values that it names. */
export interface FilterSql {
  /** A constant text for each set of fields. Empty: every task matches. */
  readonly where: string;
  readonly bindings: Readonly<Record<string, unknown>>;
}

/** The latest attempt. A task that the console did not launch has its runs, but nothing that names the latest. */
const LATEST_RUN = `coalesce(k.run_id, (SELECT l.id FROM runs l WHERE l.task_id = t.id ORDER BY l.run_number DESC LIMIT 1))`;
const STOPPING = `EXISTS (SELECT 1 FROM console_runs cr WHERE cr.run_id = ${LATEST_RUN}
  AND cr.live IS NOT NULL AND cr.stop_requested <> 'let_end')`;

/** How states that are shown, but not stored, follow from what is stored; like `taskState`. */
const UNBLOCKED = "coalesce(k.blocked, 0) <> 1";
const MET = `${UNBLOCKED} AND coalesce(k.unmet, 0) <= 0`;
const LATER = "coalesce(k.not_before, 0) > $now";
const DERIVED: Readonly<Record<string, string>> = {
  queued: `(t.status = 'queued' AND ${MET} AND NOT ${LATER})`,
  waiting: `(t.status = 'queued' AND ${UNBLOCKED} AND coalesce(k.unmet, 0) > 0)`,
  retrying: `(t.status = 'queued' AND ${MET} AND ${LATER})`,
  blocked: `(t.status = 'queued' AND k.blocked = 1)`,
  in_progress: `(t.status = 'in_progress' AND NOT ${STOPPING})`,
  stopping: `(t.status = 'in_progress' AND ${STOPPING})`,
};

/** What shares one stored status. All of a family asked for together is simply that status. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  queued: ["queued", "waiting", "retrying", "blocked"],
  in_progress: ["in_progress", "stopping"],
};

/** The stored status that a shown state is part of. */
export function storedStatus(state: string): string {
  return Object.keys(FAMILIES).find((status) => FAMILIES[status]?.includes(state)) ?? state;
}

/** Which of these stored statuses tasks that match may have. */
export function storedStatuses(filter: TaskFilter, all: readonly string[]): readonly string[] {
  const { states, not } = filter;
  const wanted = states === undefined ? all : [...new Set(states.map(storedStatus))];
  const left = not?.states ?? [];
  return wanted.filter((status) => !(FAMILIES[status] ?? [status]).every((state) => left.includes(state)));
}

/** Whether every task that is stored with one of these states' statuses is in one of them. */
export function namesWholeStatuses(states: readonly string[]): boolean {
  return states.every((state) => {
    const family = FAMILIES[storedStatus(state)];
    return family === undefined || family.every((member) => states.includes(member));
  });
}

function statesCondition(states: readonly string[]): string {
  if (namesWholeStatuses(states)) return "t.status IN (SELECT value FROM json_each($statuses))";
  const derived = Object.keys(DERIVED).filter((state) => states.includes(state));
  const isPlain = states.some((state) => !Object.hasOwn(DERIVED, state));
  const plain = isPlain ? ["t.status IN (SELECT value FROM json_each($plainStatuses))"] : [];
  return `(${[...plain, ...derived.map((state) => DERIVED[state])].join(" OR ")})`;
}

/** Milliseconds since the epoch; null for what is no such text. */
const timeOf = (column: string): string =>
  `CASE WHEN typeof(${column}) = 'text' AND ${column} GLOB '[0-9][0-9][0-9][0-9]-*' THEN unixepoch(${column}, 'subsec') * 1000 END`;

const TAGS = "CASE WHEN typeof(t.tags) = 'text' AND json_valid(t.tags) THEN t.tags ELSE '[]' END";
const PRIORITY = "CASE WHEN typeof(t.priority) IN ('integer', 'real') THEN CAST(t.priority AS INTEGER) ELSE 1 END";
const ATTEMPTS = "coalesce(k.attempts, (SELECT max(a.run_number) FROM runs a WHERE a.task_id = t.id), 0)";
const LIKE = (column: string, name: string): string => `${column} LIKE $${name} ESCAPE '\\'`;

interface Range {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** Both ends, as far as they are given. */
function between(value: string, name: string, { min, max }: Range): string[] {
  return [
    ...(min === undefined ? [] : [`${value} >= $${name}Min`]),
    ...(max === undefined ? [] : [`${value} <= $${name}Max`]),
  ];
}

/** The same of what may be unknown: then it is in no range, not even in one without ends. */
function known(value: string, name: string, range: Range): string[] {
  const ends = between(value, name, range);
  return ends.length > 0 ? ends : [`${value} IS NOT NULL`];
}

const inList = (column: string, name: string): string => `${column} IN (SELECT value FROM json_each($${name}))`;
const pattern = (words: string): string => `%${words.replaceAll(/[\\%_]/g, "\\$&")}%`;
const ends = (name: string, { min, max }: Range): Record<string, unknown> => ({
  ...(min === undefined ? {} : { [`${name}Min`]: min }),
  ...(max === undefined ? {} : { [`${name}Max`]: max }),
});
/** An age from `min` to `max` is a time from `now - max` to `now - min`. */
const since = ({ min, max }: Range, now: number): Range => ({
  ...(max === undefined ? {} : { min: now - max }),
  ...(min === undefined ? {} : { max: now - min }),
});

type Field = Exclude<keyof TaskFilter, "not">;
type Part<Name extends Field> = (
  value: NonNullable<TaskFilter[Name]>,
  now: number,
) => { readonly conditions: readonly string[]; readonly bindings: Readonly<Record<string, unknown>> };

/** Cheap conditions first: SQLite asks them in this order. */
const PARTS: { readonly [Name in Field]: Part<Name> } = {
  ids: (ids) => ({ conditions: [inList("t.id", "ids")], bindings: { ids: JSON.stringify(ids) } }),
  states: (states, now) => {
    const sql = statesCondition(states);
    const plain = states.filter((state) => !Object.hasOwn(DERIVED, state));
    return {
      conditions: [sql],
      bindings: {
        ...(sql.includes("$statuses") ? { statuses: JSON.stringify([...new Set(states.map(storedStatus))]) } : {}),
        ...(sql.includes("$plainStatuses") ? { plainStatuses: JSON.stringify(plain) } : {}),
        ...(sql.includes("$now") ? { now } : {}),
      },
    };
  },
  types: (types) => ({ conditions: [inList("t.task_type", "types")], bindings: { types: JSON.stringify(types) } }),
  workers: (workers) => ({
    conditions: [inList("t.assigned_worker", "workers")],
    bindings: { workers: JSON.stringify(workers) },
  }),
  priority: (range) => ({ conditions: between(PRIORITY, "priority", range), bindings: ends("priority", range) }),
  planIds: (ids) => ({ conditions: [inList("k.plan_id", "planIds")], bindings: { planIds: JSON.stringify(ids) } }),
  unchangedFor: (age, now) => {
    const range = since(age, now);
    return { conditions: known(timeOf("t.updated_at"), "changed", range), bindings: ends("changed", range) };
  },
  age: (age, now) => {
    const range = since(age, now);
    return { conditions: known(timeOf("t.created_at"), "created", range), bindings: ends("created", range) };
  },
  attempts: (range) => ({ conditions: between(ATTEMPTS, "attempts", range), bindings: ends("attempts", range) }),
  tags: (tags) => ({
    conditions: [
      "t.tags IS NOT NULL",
      `EXISTS (SELECT 1 FROM json_each(${TAGS}) tag WHERE tag.type = 'text' AND typeof(tag.key) = 'integer'
        AND ${inList("tag.value", "tags")})`,
    ],
    bindings: { tags: JSON.stringify(tags) },
  }),
  error: (words) => ({
    conditions: [
      `(${LIKE("k.reason", "error")} OR (SELECT ${LIKE("e.error_message", "error")} FROM runs e WHERE e.id = ${LATEST_RUN}))`,
    ],
    bindings: { error: pattern(words) },
  }),
  text: (words) => ({
    conditions: [
      `(${LIKE("t.title", "text")} OR t.id = $whole OR ${LIKE("k.subtask_id", "text")} OR ${LIKE("t.payload", "text")})`,
    ],
    bindings: { text: pattern(words), whole: words },
  }),
};

interface Conditions {
  readonly conditions: readonly string[];
  readonly bindings: Readonly<Record<string, unknown>>;
}

function conditionsOf(filter: Omit<TaskFilter, "not">, now: number): Conditions {
  const conditions: string[] = [];
  const bindings: Record<string, unknown> = {};
  const add = <Name extends Field>(name: Name): void => {
    const value = filter[name];
    if (value === undefined) return;
    const part = PARTS[name](value as NonNullable<TaskFilter[Name]>, now);
    conditions.push(...part.conditions);
    Object.assign(bindings, part.bindings);
  };
  for (const name of Object.keys(PARTS) as Field[]) add(name);
  return { conditions, bindings };
}

/** What is unknown of a task leaves it in: only what is known to match is left out. */
function exclusionsOf(not: ExcludedTasks, now: number): Conditions {
  const fields = Object.entries(not).map(([field, value]) => conditionsOf({ [field]: value }, now));
  return {
    conditions: fields.map(
      ({ conditions }) => `(${conditions.join(" AND ").replaceAll(/\$(\w+)/g, "$$not_$1")}) IS NOT TRUE`,
    ),
    bindings: Object.fromEntries(
      fields.flatMap(({ bindings }) => Object.entries(bindings).map(([name, value]) => [`not_${name}`, value])),
    ),
  };
}

/** The condition that a filter means at this time. Fields that are not there say nothing. */
export function filterSql({ not, ...filter }: TaskFilter, now: number): FilterSql {
  const wanted = conditionsOf(filter, now);
  const left = not === undefined ? { conditions: [], bindings: {} } : exclusionsOf(not, now);
  return {
    where: [...wanted.conditions, ...left.conditions].join(" AND "),
    bindings: { ...wanted.bindings, ...left.bindings },
  };
}
