/** Longer errors are told apart by their beginning. */
const LONGEST = 400;

/** What differs from one failure to the next of the same kind, in the order in which it is replaced. */
const REPLACED: ReadonlyArray<readonly [pattern: RegExp, by: string]> = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<id>"],
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?\b/g, "<time>"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>()]+/gi, "<url>"],
  [/(?<![\w.])(?:[a-z]:)?(?:~|\.{1,2})?[\\/](?:[\w.@%+~-]+[\\/])*[\w.@%+~-]*/gi, "<path>"],
  [/(?<![\w.])(?:[\w.@%+~-]+\/)+[\w@%+~-]+\.[a-z]\w*/gi, "<path>"],
  [/\b0x[0-9a-f]+\b/gi, "<n>"],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b/gi, "<id>"],
  [/\d+(?:[.,]\d+)*/g, "<n>"],
];

/**
 * An error without what differs from one task to the next: ids, times, addresses, paths and numbers give way to
 * `<id>`, `<time>`, `<url>`, `<path>`, `<n>`; space is one blank. Of the same text it is the same, and its own
 * fingerprint is itself. Only the first line that says something counts: what follows it is detail.
 */
export function errorFingerprint(error: string): string {
  const line = error.split(/\r?\n/).find((candidate) => candidate.trim() !== "") ?? "";
  const replaced = REPLACED.reduce((text, [pattern, by]) => text.replace(pattern, by), line.slice(0, LONGEST));
  return replaced.replaceAll(/\s+/g, " ").trim();
}
