/** Names under which people keep what nobody else may read. */
const SECRET_NAME =
  /pass(word|phrase|wd)?|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|authorization|cookie/i;

/** Shorter values of such variables are words that stand in every text. */
const LEAST_LENGTH = 6;
const HIDDEN = "***";

/** What a secret looks like where it stands in a text: behind its name, in an address, by its own form. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)?\s*)[^\s"',;]+/gi, `$1${HIDDEN}`],
  [/\b(bearer\s+)[\w.~+/=-]{8,}/gi, `$1${HIDDEN}`],
  [
    /((?:pass(?:word|phrase|wd)?|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|cookie)["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
    `$1${HIDDEN}`,
  ],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi, `$1${HIDDEN}@`],
  [/\b(?:sk|pk|ghp|gho|ghs|xox[abp])[-_][\w-]{12,}/g, HIDDEN],
  [/\bAKIA[0-9A-Z]{16}\b/g, HIDDEN],
];

/** Values of variables that are called like a secret. */
export function secretValues(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment)
    .filter(([name, value]) => SECRET_NAME.test(name) && value !== undefined && value.length >= LEAST_LENGTH)
    .map(([, value]) => value ?? "");
}

/** A text without these secrets, and without what looks like one. */
export function redactLine(text: string, secrets: readonly string[]): string {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= LEAST_LENGTH);
  const without = known
    .sort((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
  return SHAPES.reduce((left, [shape, instead]) => left.replace(shape, instead), without);
}
