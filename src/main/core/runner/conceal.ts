import { type FileHandle, open } from "node:fs/promises";
import { mapStrings } from "../plan/json-template";
import type { Ending } from "./outcome";
import { readSecrets, type Secrets } from "./secrets";

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
  const given: unknown = JSON.parse(result);
  const text = JSON.stringify(mapStrings(given, hide));
  // What is left stands in keys or numbers: none of that can be replaced without changing what it is.
  if (words.some((word) => text.includes(word))) return JSON.stringify(HIDDEN);
  return text === JSON.stringify(given) ? result : text;
}

/** What is to be hidden of a log that is still written, longest first; empty when its plan keeps no secret. */
export async function hiddenWords(filesFolder: string, planId: string | null): Promise<string[]> {
  return planId === null ? [] : spellings(await readSecrets(filesFolder, planId));
}

/** At the end of what was written so far, so much of a secret's beginning is no chance. */
const TELLING_BYTES = 4;

/**
 * Puts asterisks over each of these words in a piece of a log, as `concealLog` will in the log itself. `isEnd`: nothing
 * was written behind it yet, so a word may have begun in it only.
 */
export function hideInPiece(piece: Buffer, words: readonly string[], isEnd: boolean): void {
  const star = (start: number, end: number): unknown => piece.fill("*", start, end);
  const found = words.flatMap((word) => {
    const bytes = Buffer.from(word);
    const places: Array<[number, number]> = [];
    for (let at = piece.indexOf(bytes); at !== -1; at = piece.indexOf(bytes, at + 1))
      places.push([at, at + bytes.length]);
    const most = Math.min(bytes.length - 1, piece.length);
    for (let length = most; isEnd && length >= TELLING_BYTES; length -= 1) {
      const at = piece.length - length;
      if (piece.subarray(at).equals(bytes.subarray(0, length))) places.push([at, piece.length]);
    }
    return places;
  });
  for (const [start, end] of found) star(start, end);
}

/**
 * Writes asterisks over each secret in a log that nobody writes any more, in place and of the same length, so that
 * places in it stay what they were. A log that is not there has none.
 */
export async function concealLog(path: string, secrets: Secrets): Promise<void> {
  const words = spellings(secrets).map((word) => Buffer.from(word));
  if (words.length === 0) return;
  const file = await open(path, "r+").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  if (file === null) return;
  try {
    await overwrite(file, words);
  } finally {
    await file.close();
  }
}

interface Place {
  readonly start: number;
  readonly length: number;
}

/** What is found in a piece is written over once the next piece was read: secrets may overlap at its end. */
async function overwrite(file: FileHandle, words: readonly Buffer[]): Promise<void> {
  const overlap = Math.max(...words.map((word) => word.length - 1));
  const chunk = Buffer.alloc(CHUNK_BYTES + overlap);
  let found: Place[] = [];
  for (let start = 0; ; start += CHUNK_BYTES) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, start);
    for (const place of found) await file.write(Buffer.alloc(place.length, "*"), 0, place.length, place.start);
    if (bytesRead === 0) return;
    found = placesIn(chunk.subarray(0, bytesRead), words).map((place) => ({ ...place, start: start + place.start }));
  }
}

/** Those that begin in this piece, and not only in what it shares with the next. */
function placesIn(piece: Buffer, words: readonly Buffer[]): Place[] {
  const places: Place[] = [];
  for (const word of words) {
    for (let at = piece.indexOf(word); at !== -1 && at < CHUNK_BYTES; at = piece.indexOf(word, at + 1)) {
      places.push({ start: at, length: word.length });
    }
  }
  return places;
}
