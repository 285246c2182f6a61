import { z } from "zod";

/** What the configured address answers. */
const answerSchema = z.object({
  version: z.string().regex(/^v?\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/),
  /** Where it is told about, and had. */
  page: z
    .url({ protocol: /^https$/ })
    .max(2_000)
    .optional(),
});

export interface Update {
  /** Without a leading v. */
  readonly version: string;
  readonly page: string | null;
}

export type UpdateOutcome =
  | { readonly kind: "newer"; readonly update: Update }
  | { readonly kind: "current" }
  /** `why`: half a sentence. */
  | { readonly kind: "failed"; readonly why: string };

export interface UpdateQuestion {
  readonly url: string;
  /** Of the program that asks. */
  readonly version: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

const PATIENCE_MS = 10_000;
const MOST_BYTES = 64 * 1024;

/**
 * Asks the one address that the operator configured which version is the latest. Nothing is told of this computer,
 * nothing is fetched but that answer, and nothing is installed.
 */
export async function askForUpdate({ url, version, fetch }: UpdateQuestion): Promise<UpdateOutcome> {
  try {
    const response = await fetch(url, {
      redirect: "error",
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) return { kind: "failed", why: `${url} answers ${response.status}` };
    const answer = answerSchema.safeParse(JSON.parse(await readText(response)));
    if (!answer.success) return { kind: "failed", why: `${url} does not answer {"version": "1.2.3"}` };
    const latest = answer.data.version.replace(/^v/, "");
    if (compareVersions(latest, version) <= 0) return { kind: "current" };
    return { kind: "newer", update: { version: latest, page: answer.data.page ?? null } };
  } catch (error) {
    return { kind: "failed", why: `${url} could not be asked: ${error instanceof Error ? error.message : error}` };
  }
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Error("its answer is too long");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Which of two versions is the later one, by the rules of semver.org: negative, zero or positive. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [partsOf(one), partsOf(other)];
  for (const place of [0, 1, 2]) {
    const difference = (left.numbers[place] ?? 0) - (right.numbers[place] ?? 0);
    if (difference !== 0) return difference;
  }
  if (left.before.length === 0 || right.before.length === 0) return right.before.length - left.before.length;
  return compareBefore(left.before, right.before);
}

/** What stands behind the hyphen: numbers by value and before words, words by letters, the longer one later. */
function compareBefore(left: readonly string[], right: readonly string[]): number {
  for (let place = 0; place < Math.max(left.length, right.length); place += 1) {
    const [a, b] = [left[place], right[place]];
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
    if (a === b) continue;
    const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
    if (isNumber && isOtherNumber) return Number(a) - Number(b);
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
    return a < b ? -1 : 1;
  }
  return 0;
}

function partsOf(version: string): { readonly numbers: number[]; readonly before: string[] } {
  const [core = "", ...before] = version.replace(/\+.*$/, "").split("-");
  const tail = before.join("-");
  return { numbers: core.split(".").map(Number), before: tail === "" ? [] : tail.split(".") };
}
