/**
 * A record for scripts, in one line: keys named as the database's columns (`plan_id`), moments (`...At`, in
 * milliseconds since the epoch) as ISO 8601 in UTC. The names of `parameters` are their plan's, and stay.
 */
export function scriptRecord(value: unknown): string {
  return JSON.stringify(value, snakeKeys);
}

function snakeKeys(key: string, value: unknown): unknown {
  if (key === "parameters" || typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [snake(name), /At$/.test(name) ? moment(entry) : entry]),
  );
}

function moment(at: unknown): unknown {
  return typeof at === "number" ? new Date(at).toISOString() : at;
}
