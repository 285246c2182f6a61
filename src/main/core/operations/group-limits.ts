import type { ReadableDatabase } from "../store/database";

export function groupLimits(_db: ReadableDatabase, _names: readonly string[]): ReadonlyMap<string, number> {
  return new Map();
}
