export const SEARCHED = "Search tasks, plans, workers, agents, commands";

/** What is searched: everything, or with a sign before it `>` acts, `#` tasks, `@` workers. */
type QueryKind = "all" | "acts" | "tasks" | "workers";

export interface Query {
  readonly kind: QueryKind;
  readonly words: string;
}

const SIGNS: Readonly<Record<string, QueryKind>> = { ">": "acts", "#": "tasks", "@": "workers" };

export function readQuery(text: string): Query {
  const trimmed = text.trimStart();
  const kind = SIGNS[trimmed[0] ?? ""];
  return kind === undefined ? { kind: "all", words: trimmed.trim() } : { kind, words: trimmed.slice(1).trim() };
}

/** How well a label answers the words: the higher the better, 0 not at all. Every word must begin a word of it, or lie within. */
export function matchLabel(label: string, query: string): number {
  const text = label.toLowerCase();
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  let score = 1;
  for (const word of words) {
    const at = text.indexOf(word);
    if (at === -1) return 0;
    const beginsWord = at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? "");
    score += at === 0 ? 3 : beginsWord ? 2 : 0.5;
  }
  return score;
}

/** Pieces of a text, those that the words name marked. */
export function markPieces(
  text: string,
  query: string,
): ReadonlyArray<{ readonly text: string; readonly isMarked: boolean }> {
  const words = query.split(/\s+/).filter(Boolean);
  if (words.length === 0) return [{ text, isMarked: false }];
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "gi");
  return text
    .split(pattern)
    .map((piece, index) => ({ text: piece, isMarked: index % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}
