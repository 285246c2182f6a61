/**
 * Topic patterns: shell globs over the whole event type, case-sensitive, as Python's `fnmatch.fnmatchcase`.
 * `*` is any text, the empty one and dots included; `?` is one character; `[ab0-9]` one of these, `[!...]` one of
 * no such kind, a `]` in the first place being one of them. A `[` that is never closed stands for itself.
 */
export type TopicMatcher = (topic: string) => boolean;

interface Star {
  readonly kind: "star";
}

interface One {
  readonly kind: "one";
  readonly accepts: (character: string) => boolean;
}

const STAR: Star = { kind: "star" };

/** Compiles a pattern once, for many topics. Takes time proportional to pattern times topic, never more. */
export function topicMatcher(pattern: string): TopicMatcher {
  const parts = parse([...pattern]);
  return (topic) => matches(parts, [...topic]);
}

export function matchesTopic(pattern: string, topic: string): boolean {
  return topicMatcher(pattern)(topic);
}

/** What passes some patterns (none given: everything) and none of others. Null: everything passes. */
export function topicFilter(wanted: readonly string[], unwanted: readonly string[]): TopicMatcher | null {
  const some = wanted.length === 0 || wanted.includes("*") ? null : wanted.map(topicMatcher);
  const none = unwanted.map(topicMatcher);
  if (some === null && none.length === 0) return null;
  return (topic) =>
    (some === null || some.some((matches) => matches(topic))) && !none.some((matches) => matches(topic));
}

/** Whether a pattern names exactly one topic. */
export function isPlainTopic(pattern: string): boolean {
  return !/[*?[]/.test(pattern);
}

function parse(pattern: readonly string[]): Array<Star | One> {
  const parts: Array<Star | One> = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? "";
    if (character === "*") {
      if (parts.at(-1) !== STAR) parts.push(STAR);
    } else if (character === "?") parts.push({ kind: "one", accepts: () => true });
    else if (character === "[") {
      const end = closingBracket(pattern, at);
      if (end === -1) parts.push(literal("["));
      else {
        parts.push(oneOf(pattern.slice(at + 1, end)));
        at = end;
      }
    } else parts.push(literal(character));
  }
  return parts;
}

function literal(expected: string): One {
  return { kind: "one", accepts: (character) => character === expected };
}

/** The `]` that closes the `[` at `open`; -1: none does. */
function closingBracket(pattern: readonly string[], open: number): number {
  const negated = pattern[open + 1] === "!";
  const first = open + (negated ? 2 : 1);
  return pattern.indexOf("]", first + 1);
}

function oneOf(content: readonly string[]): One {
  const negated = content[0] === "!";
  const listed = negated ? content.slice(1) : content;
  const ranges: Array<readonly [from: number, to: number]> = [];
  for (let at = 0; at < listed.length; at += 1) {
    const from = codePoint(listed[at]);
    const isRange = listed[at + 1] === "-" && at + 2 < listed.length;
    ranges.push([from, isRange ? codePoint(listed[at + 2]) : from]);
    if (isRange) at += 2;
  }
  const isListed = (character: string) => {
    const point = codePoint(character);
    return ranges.some(([from, to]) => from <= point && point <= to);
  };
  return { kind: "one", accepts: (character) => isListed(character) !== negated };
}

function codePoint(character: string | undefined): number {
  return character?.codePointAt(0) ?? -1;
}

/** Goes back to the latest star alone: whatever an earlier one could take, the latest can take as well. */
function matches(parts: ReadonlyArray<Star | One>, topic: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  let star = -1;
  let taken = 0;
  while (at < topic.length) {
    const current = parts[part];
    if (current?.kind === "star") {
      star = part;
      taken = at;
      part += 1;
    } else if (current?.accepts(topic[at] ?? "")) {
      part += 1;
      at += 1;
    } else if (star !== -1) {
      taken += 1;
      at = taken;
      part = star + 1;
    } else return false;
  }
  while (parts[part]?.kind === "star") part += 1;
  return part === parts.length;
}
