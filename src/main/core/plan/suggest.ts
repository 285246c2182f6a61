/** Names the candidate that a mistyped word most likely meant; null when none is near. */
export type Suggest = (word: string, candidates: Iterable<string>) => string | null;

/**
 * A suggester with a budget: a plan of 10,000 subtasks whose every dependency is mistyped must not cost
 * 100 million comparisons. When the budget is spent it suggests nothing more.
 */
export function createSuggest(comparisons = 100_000): Suggest {
  let left = comparisons;
  return (word, candidates) => {
    let best: string | null = null;
    let bestDistance = Math.min(3, Math.floor(word.length / 3)) + 1;
    const lower = word.toLowerCase();
    for (const candidate of candidates) {
      if (left-- <= 0) return best;
      if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
      const distance = editDistance(lower, candidate.toLowerCase(), bestDistance);
      if (distance >= bestDistance) continue;
      best = candidate;
      bestDistance = distance;
    }
    return best;
  };
}

/** Insertions, deletions, replacements and swaps of neighbours; `limit` when it is that many or more. */
function editDistance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let lowest = row;
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
      lowest = Math.min(lowest, cost);
    }
    if (lowest >= limit) return limit;
    beforeLast = last;
    last = current;
  }
  return Math.min(limit, last[b.length] ?? limit);
}
