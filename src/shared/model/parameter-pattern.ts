import type { ParameterDefinition } from "./plan-definition";

/** A shorter one could not be hidden where it is printed: it stands by chance in any text. */
const SHORTEST_SECRET = 4;

/** The pattern as one that the whole value must fit. Throws for what is no regular expression. */
export function wholePattern(pattern: string): RegExp {
  // Alone first: `a)(b` is none, though it would be inside parentheses.
  new RegExp(pattern, "u");
  return new RegExp(`^(?:${pattern})$`, "u");
}

/** Why a text is no value of a `string` or `secret`, as the end of a sentence; null when it is one. Shows no secret. */
export function textProblem(
  { type, pattern }: Pick<ParameterDefinition, "type" | "pattern">,
  text: string,
): string | null {
  if (type === "secret" && text.length < SHORTEST_SECRET) {
    return `is too short: a secret has at least ${SHORTEST_SECRET} characters`;
  }
  if (pattern === null || wholePattern(pattern).test(text)) return null;
  return `must fit the pattern ${pattern}`;
}
