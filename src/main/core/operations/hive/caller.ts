import { z } from "zod";
import { HiveError } from "../../../../shared/errors";
import { HEARTBEAT_LIMIT_MS } from "../../../../shared/model/worker";
import type { ActWriter } from "../../store/hive-task-writes";
import type { Store } from "../../store/open";
import { SOURCE } from "../source";

/** On whose behalf an operation acts. */
export interface Caller {
  /** An operator, whose acts are audited; null: a program. */
  readonly actor: string | null;
  /** `source_agent` of the events. */
  readonly source: string;
  /** A worker whose last heartbeat is older than this, in milliseconds, is not active. */
  readonly heartbeatLimitMs: number;
}

export const program: Caller = { actor: null, source: SOURCE, heartbeatLimitMs: HEARTBEAT_LIMIT_MS };

export function operator(name: string): Caller {
  return { ...program, actor: name };
}

export function writerOf(store: Store, { actor, source }: Caller): ActWriter {
  return { now: store.clock.now(), source, newId: store.newId, actor };
}

/** Checked input with its defaults. Throws `invalid_input`, naming what is wrong with which field. */
export function checked<Schema extends z.ZodType>(schema: Schema, input: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new HiveError(
    "invalid_input",
    `${what} was called with bad input; nothing was changed:\n${z.prettifyError(parsed.error)}`,
    { issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message })) },
  );
}

/** Larger values slow every reader of the row down; a file does not. */
const MOST_JSON = 2_000_000;

/** JSON text of a value; null for none and for an empty one, as upstream writes it. Throws `invalid_input`. */
export function jsonText(value: unknown, field: string): string | null {
  if (value === null || value === undefined || (typeof value === "object" && Object.keys(value).length === 0)) {
    return null;
  }
  const refuse = (what: string): never => {
    throw new HiveError("invalid_input", `${field} ${what}; nothing was changed.`, { field });
  };
  const isPlain = (_key: string, part: unknown): unknown => {
    if (typeof part === "number" && !Number.isFinite(part)) refuse(`holds ${part}, which JSON cannot say`);
    if (typeof part === "bigint" || typeof part === "function" || typeof part === "symbol") {
      refuse(`holds a ${typeof part}, which JSON cannot say`);
    }
    return part;
  };
  let text: string;
  try {
    text = JSON.stringify(value, isPlain);
  } catch (error) {
    if (error instanceof HiveError) throw error;
    return refuse(`cannot be written as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (text.length > MOST_JSON) refuse(`is larger than 2 MB: write the data to a file and pass its path`);
  return text;
}
