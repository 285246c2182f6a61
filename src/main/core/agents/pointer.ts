/** What a path of keys leads to; undefined where it leads nowhere. Lists are counted from 0. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = new Map<string, unknown>(Object.entries(at)).get(key);
  }
  return at;
}

/** The keys of a JSON pointer (RFC 6901): `/a~1b/0` names `a/b`, then the first. */
export function pointerPath(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}
