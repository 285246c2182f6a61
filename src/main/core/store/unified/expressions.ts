import {
  KEPT_TASK_COLUMNS,
  type MappedTable,
  PRIORITY_MAPPING,
  type Rule,
  type Source,
  STATUS_MAPPING,
  TYPE_MAPPING,
} from "../../../../shared/model/unified-mapping";

/**
 * The mapping as SQL. These expressions run inside other programs' writes, in whatever SQLite they bring, so none may
 * ever fail: JSON functions see only what is known to be JSON, and a BLOB is read as text before it comes to one.
 */

/** The legacy columns that this database has. */
export interface LegacyColumns {
  readonly tasks: ReadonlySet<string>;
  readonly runs: ReadonlySet<string>;
}

export const quoted = (value: string | number | null): string =>
  value === null ? "NULL" : typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;

const isJson = (value: string): string => `CASE WHEN typeof(${value}) = 'text' THEN json_valid(${value}) ELSE 0 END`;
const isObject = (value: string): string => `CASE WHEN ${isJson(value)} THEN json_type(${value}) = 'object' ELSE 0 END`;
/** Text, a whole number or nothing: what every SQLite writes into JSON alike. */
const plain = (value: string): string =>
  `CASE typeof(${value}) WHEN 'text' THEN ${value} WHEN 'integer' THEN ${value} WHEN 'null' THEN NULL ELSE CAST(${value} AS TEXT) END`;

/**
 * A task with its latest run, as the expressions below read it: `l.`, with `p` and `o`, its payload and its run's
 * result as JSON objects. `where` names the tasks (`t`).
 */
export function legacyRows(columns: LegacyColumns, where: string): string {
  const task = ["id", "payload", ...KEPT_TASK_COLUMNS].map((name) =>
    columns.tasks.has(name) ? `t.${name} AS ${name}` : `NULL AS ${name}`,
  );
  const run = RUN_COLUMNS.map((name) => (columns.runs.has(name) ? `r.${name} AS run_${name}` : `NULL AS run_${name}`));
  const payload = columns.tasks.has("payload") ? "t.payload" : "NULL";
  const result = columns.runs.has("result_data") ? "r.result_data" : "NULL";
  return `(SELECT ${[...task, ...run].join(", ")},
      CASE WHEN ${isObject(payload)} THEN ${payload} ELSE '{}' END AS p,
      CASE WHEN ${isObject(result)} THEN ${result} ELSE '{}' END AS o
    FROM tasks t LEFT JOIN runs r ON r.id = (SELECT x.id FROM runs x WHERE x.task_id = t.id ORDER BY x.run_number DESC LIMIT 1)
    WHERE ${where})`;
}

const RUN_COLUMNS = ["run_number", "started_at", "completed_at", "error_message", "result_data"] as const;

/** The value of one mapped column, over a row `l`. */
export function expression(source: Source, columns: LegacyColumns): string {
  switch (source.kind) {
    case "column":
      return source.as === "integer" ? integer(`l.${source.column}`) : asText(`l.${source.column}`);
    case "run":
      return asText(`l.run_${source.column}`);
    case "time":
      return time(source.table === "run" ? `l.run_${source.column}` : `l.${source.column}`);
    case "keys":
      return source.keys.length === 1
        ? key(source, source.keys[0] ?? "")
        : `coalesce(${source.keys.map((name) => key(source, name)).join(", ")})`;
    case "first":
      return `coalesce(${source.of.map((one) => expression(one, columns)).join(", ")})`;
    case "in":
      return `CASE WHEN l.status IN (${source.statuses.map(quoted).join(", ")}) THEN ${expression(source.take, columns)} END`;
    case "literal":
      return quoted(source.value);
    case "rule":
      return RULES[source.rule](columns);
  }
}

const asText = (value: string): string => `CAST(${value} AS TEXT)`;
const integer = (value: string): string =>
  `CASE WHEN typeof(${value}) IN ('integer', 'real') THEN CAST(${value} AS INTEGER) END`;

/** `2025-01-31 12:00:00.000`, which Python's programs can read; null for anything that is no time. */
function time(value: string): string {
  return `CASE WHEN typeof(${value}) = 'text' AND ${value} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
    THEN strftime('%Y-%m-%d %H:%M:%f', ${value}) END`;
}

function key({ in: place, as }: Extract<Source, { kind: "keys" }>, name: string): string {
  const of = `l.${place === "payload" ? "p" : "o"}, '$.${name}'`;
  const value = `json_extract(${of})`;
  if (as === "text") return `nullif(CAST(${value} AS TEXT), '')`;
  if (as === "integer") return integer(value);
  return `CASE WHEN json_type(${of}) IN ('object', 'array') THEN ${value}
    WHEN json_type(${of}) <> 'null' THEN json_object('value', ${value}) END`;
}

/** A JSON object as it stands; any other text under `raw`. */
const kept = (value: string): string =>
  `CASE WHEN ${value} IS NULL THEN NULL WHEN ${isObject(value)} THEN ${value} ELSE json_object('raw', CAST(${value} AS TEXT)) END`;

const LOWER_TYPE = "lower(CAST(l.task_type AS TEXT))";

function byType(pick: (entry: (typeof TYPE_MAPPING)[number]) => string): string {
  const cases = TYPE_MAPPING.map((entry) => `WHEN ${typeIn(entry.names, LOWER_TYPE)} THEN ${quoted(pick(entry))}`);
  return `CASE ${cases.join(" ")} ELSE coalesce(CAST(l.task_type AS TEXT), '') END`;
}

const typeIn = (names: readonly string[], value: string): string => `${value} IN (${names.map(quoted).join(", ")})`;

/** Whether a row of `tasks` (`NEW`, `t`, `l`) belongs into a table. */
export function belongsInto({ type }: MappedTable, row: string): string {
  const names = TYPE_MAPPING.find((entry) => entry.type === type)?.names;
  return names === undefined ? "1" : typeIn(names, `lower(CAST(${row}.task_type AS TEXT))`);
}

const RULES: Readonly<Record<Rule, (columns: LegacyColumns) => string>> = {
  status: () => {
    const cases = Object.entries(STATUS_MAPPING).map(([from, to]) => `WHEN ${quoted(from)} THEN ${quoted(to)}`);
    return `CASE l.status ${cases.join(" ")} ELSE coalesce(CAST(l.status AS TEXT), '') END`;
  },
  type: () => byType(({ type }) => type),
  agent: () => byType(({ agent }) => agent),
  priority: () => {
    const { most, least, sum, legacyDefault } = PRIORITY_MAPPING;
    return `max(${most}, min(${least}, ${sum} - coalesce(${integer("l.priority")}, ${legacyDefault})))`;
  },
  payload: () => `coalesce(${kept("l.payload")}, '{}')`,
  result: () => kept("l.run_result_data"),
  workflow: () => kept("l.workflow"),
  // How the payload stood comes with the rest: an empty one and none are two things.
  legacy: ({ tasks }) => {
    const names = KEPT_TASK_COLUMNS.filter((name) => tasks.has(name));
    const values = names.map((name) => `${quoted(name)}, ${plain(`l.${name}`)}`);
    const payload = `'payload', CASE WHEN l.payload IS NULL THEN 'none' WHEN ${isObject("l.payload")} THEN 'object' ELSE 'raw' END`;
    return `json_object('legacy', json_object(${[payload, ...values].join(", ")}))`;
  },
  attempts: () => `coalesce(${integer("l.retry_count")}, max(0, coalesce(${integer("l.run_run_number")}, 1) - 1))`,
  phases: () =>
    `CASE WHEN ${isObject("l.workflow")} THEN
      CASE json_type(l.workflow, '$.phases') WHEN 'array' THEN json_array_length(l.workflow, '$.phases') END END`,
};
