/** A line of two texts side by side. */
export interface DiffLine {
  readonly kind: "same" | "changed" | "added" | "removed";
  /** Null: it is not there. */
  readonly before: string | null;
  readonly after: string | null;
}

const linesOf = (value: unknown): string[] =>
  value === null || value === undefined ? [] : (JSON.stringify(value, null, 2) ?? "").split("\n");

/** Beyond this the middle is not compared line by line. */
const MOST_LINES = 600;

/** Two values as JSON, line by line side by side; what stands alone in one of them is marked. Pure. */
export function diffJson(before: unknown, after: unknown): DiffLine[] {
  const a = linesOf(before);
  const b = linesOf(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail += 1;
  const same = (lines: readonly string[]): DiffLine[] =>
    lines.map((line) => ({ kind: "same", before: line, after: line }));
  return [
    ...same(a.slice(0, head)),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ];
}

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let removed: string[] = [];
  let added: string[] = [];
  const flush = (): void => {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1) {
      const before = removed[index] ?? null;
      const after = added[index] ?? null;
      lines.push({ kind: before === null ? "added" : after === null ? "removed" : "changed", before, after });
    }
    removed = [];
    added = [];
  };
  for (const [before, after] of alignment(a, b)) {
    if (before !== null && after !== null) {
      flush();
      lines.push({ kind: "same", before, after });
    } else if (before !== null) removed.push(before);
    else if (after !== null) added.push(after);
  }
  flush();
  return lines;
}

/** The longest common lines, and what lies between them. */
function alignment(a: readonly string[], b: readonly string[]): Array<readonly [string | null, string | null]> {
  if (a.length > MOST_LINES || b.length > MOST_LINES) {
    return [...a.map((line) => [line, null] as const), ...b.map((line) => [null, line] as const)];
  }
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: Array<readonly [string | null, string | null]> = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pairs.push([a[i] ?? null, b[j] ?? null]);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      pairs.push([a[i] ?? null, null]);
      i += 1;
    } else {
      pairs.push([null, b[j] ?? null]);
      j += 1;
    }
  }
  return pairs;
}
