/*
 * What must not leave the machine in a bundle: known secrets, wherever they stand, and what stands under a key that
 * is called like one.
 */

const HIDDEN = "***";
const SECRET_KEY =
  /(^|[_\-.])(pass(word|phrase|wd)?|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|authorization|auth|cookie)($|[_\-.])/i;
/** `apiKey`, `accessToken`: words that begin with a capital. */
const snake = (key: string): string => key.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2");

export interface Redactor {
  /** A column's text without secrets; JSON stays JSON. */
  text(value: string): string;
  /** Writes asterisks over each secret in a piece of a log, of the same length. */
  bytes(piece: Buffer): void;
  /** Bytes of the longest secret; 0: there is none. */
  readonly longest: number;
  /** Values written over so far. */
  hidden(): number;
}

export function createRedactor(secrets: readonly string[]): Redactor {
  const spelled = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  const words = [...new Set(spelled)].filter((word) => word !== "").sort((a, b) => b.length - a.length);
  const asBytes = words.map((word) => Buffer.from(word));
  let hidden = 0;
  const hide = (text: string): string =>
    words.reduce((left, word) => {
      const parts = left.split(word);
      hidden += parts.length - 1;
      return parts.join(HIDDEN);
    }, text);
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        if (typeof inner === "string" && inner !== "" && inner !== HIDDEN && SECRET_KEY.test(snake(key))) {
          hidden += 1;
          return [key, HIDDEN];
        }
        return [key, walk(inner)];
      }),
    );
  };
  return {
    text(value) {
      const shown = hide(value);
      if (
        !/^\s*[[{]/.test(shown) ||
        !SECRET_KEY.test(shown.replaceAll(/[^\w\-.]+/g, "_").replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2"))
      ) {
        return shown;
      }
      try {
        const before = hidden;
        const walked = walk(JSON.parse(shown));
        return hidden === before ? shown : JSON.stringify(walked);
      } catch {
        return shown;
      }
    },
    bytes(piece) {
      for (const word of asBytes) {
        for (let at = piece.indexOf(word); at !== -1; at = piece.indexOf(word, at + word.length)) {
          piece.fill("*", at, at + word.length);
          hidden += 1;
        }
      }
    },
    longest: Math.max(0, ...asBytes.map((word) => word.length)),
    hidden: () => hidden,
  };
}
