import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { Expressive } from "./expressions";
import { fault, type Subject } from "./reading";

/** Deep enough for any request; an anchor may hold itself. */
const DEEPEST = 50;

/** A value as JSON has them, with each of its strings noted for expressions. */
export function readJson(subject: Subject, node: Node, note: (text: string, node: Node) => void, depth = 0): unknown {
  const { source, spend } = subject.reading;
  if (depth > DEEPEST) {
    fault(subject, "wrong_type", node, `holds values more than ${DEEPEST} levels deep.`);
    return null;
  }
  const inner = (item: unknown): unknown => {
    const resolved = source.resolve(item);
    return resolved ? readJson(subject, resolved, note, depth + 1) : null;
  };
  if (isSeq(node)) {
    spend(node.items.length);
    return node.items.map(inner);
  }
  if (isMap(node)) {
    spend(node.items.length);
    const entries = node.items.map((pair) => [String(source.resolve(pair.key) ?? ""), inner(pair.value)] as const);
    return Object.fromEntries(entries);
  }
  if (!isScalar(node)) return null;
  if (typeof node.value === "string") note(node.value, node);
  return ["string", "number", "boolean"].includes(typeof node.value) ? node.value : null;
}

/** Notes strings for `checkExpressions`. */
export function noteExpressive(
  expressive: Expressive[],
  subject: Subject,
  results: readonly string[] | undefined,
  takesSecrets = false,
): (text: string, node: Node) => void {
  return (text, node) => expressive.push({ subject, text, node, isScript: false, results, takesSecrets });
}
