import { open } from "node:fs/promises";
import { mapStrings } from "../plan/json-template";
import type { Ending } from "./outcome";
import type { Secrets } from "./secrets";

const HIDDEN = "***";
const CHUNK_BYTES = 1024 * 1024;

/** The secrets as they may appear: as they are, and as a JSON text holds them. Longest first. */
function spellings(secrets: Secrets): string[] {
  const found = Object.values(secrets).flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return [...new Set(found)].filter((text) => text !== "").sort((a, b) => b.length - a.length);
}

/** The end of an attempt without the secrets that its process printed or returned: it goes into the database. */
export function concealEnding(ending: Ending, secrets: Secrets): Ending {
  const words = spellings(secrets);
  const hide = (text: string): string => words.reduce((left, word) => left.replaceAll(word, HIDDEN), text);
  return {
    ...ending,
    error: ending.error === null ? null : hide(ending.error),
    result: ending.result === null ? null : hideInJson(ending.result, words, hide),
  };
}

function hideInJson(result: string, words: readonly string[], hide: (text: string) => string): string {
  if (!words.some((word) => result.includes(word))) return result;
  const shown = mapStrings(JSON.parse(result), hide);
  const text = JSON.stringify(shown);
  // What is left stands in keys or numbers: none of that can be replaced without changing what it is.
  return words.some((word) => text.includes(word)) ? JSON.stringify(HIDDEN) : text;
}

/**
 * Writes asterisks over each secret in a log that nobody writes any more, in place and of the same length, so that
 * places in it stay what they were. A log that is not there has none.
 */
export async function concealLog(path: string, secrets: Secrets): Promise<void> {
  const words = spellings(secrets).map((word) => Buffer.from(word));
  const overlap = Math.max(0, ...words.map((word) => word.length - 1));
  const file = await open(path, "r+").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  if (file === null || words.length === 0) return file?.close();
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES + overlap);
    for (let start = 0; ; start += CHUNK_BYTES) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, start);
      const read = chunk.subarray(0, bytesRead);
      for (const word of words) {
        for (let at = read.indexOf(word); at !== -1; at = read.indexOf(word, at + word.length)) {
          read.fill("*", at, at + word.length);
          await file.write(read, at, word.length, start + at);
        }
      }
      if (bytesRead < chunk.length) return;
    }
  } finally {
    await file.close();
  }
}
