import { KEPT_TASK_COLUMNS, LEGACY_STATUS_OF, PRIORITY_MAPPING } from "../../../../shared/model/unified-mapping";
import { quoted } from "./expressions";
import { IS_COPY } from "./statements";

const statuses = Object.entries(LEGACY_STATUS_OF).map(([from, to]) => `WHEN ${quoted(from)} THEN ${quoted(to)}`);

/** What a task of the unified schema says where a copy has legacy words. */
const OWN_TASK: Readonly<Record<string, string>> = {
  title: "u.task_type || ' ' || u.id",
  task_type: "u.task_type",
  status: `CASE u.status ${statuses.join(" ")} ELSE u.status END`,
  priority: `${PRIORITY_MAPPING.sum} - coalesce(u.priority, ${PRIORITY_MAPPING.least})`,
  current_phase: "'start'",
  created_at: "u.created_at",
  updated_at: "u.updated_at",
  max_retries: "u.max_retries",
  started_at: "u.started_at",
  failure_reason: "u.error_message",
  retry_count: "u.retry_count",
};

/**
 * Legacy tasks as the unified tables have them, with the columns of `tasks`. A copy gives the legacy row back word for
 * word; a task that was made in the unified schema is told in legacy words.
 */
export const UNIFIED_AS_TASKS = `(SELECT u.id AS id, ${KEPT_TASK_COLUMNS.map(
  (name) =>
    `CASE WHEN ${IS_COPY("u.task_metadata")} THEN json_extract(u.task_metadata, '$.legacy.${name}')${toldAs(name)} END AS ${name}`,
).join(",\n  ")},
  CASE WHEN ${IS_COPY("u.task_metadata")} THEN
    CASE json_extract(u.task_metadata, '$.legacy.payload') WHEN 'none' THEN NULL
      WHEN 'raw' THEN CASE WHEN json_valid(u.input_data) THEN json_extract(u.input_data, '$.raw') END
      ELSE u.input_data END
    ELSE u.input_data END AS payload
  FROM unified_tasks u)`;

function toldAs(column: string): string {
  const words = OWN_TASK[column];
  return words === undefined ? "" : ` ELSE ${words}`;
}
