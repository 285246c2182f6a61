import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { HiveError } from "../../../shared/errors";

/** What is longer goes beside its message: a queue of long messages makes every look at the queue slow. */
export const LARGE_BYTES = 1_000_000;
/** The most of one payload: beyond it files are the way. */
export const MOST_PAYLOAD_BYTES = 256_000_000;
/** Redis answers nobody else while it moves one value. */
const CHUNK_BYTES = 512 * 1024;
/** How long a payload waits for whoever it is for, unless it is renewed. */
export const LARGE_TTL_MS = 7 * 24 * 3_600_000;

const REFERENCE = "hive-large-1";

const referenceSchema = z.strictObject({
  format: z.literal(REFERENCE),
  id: z.string().min(1).max(200),
  bytes: z.int().positive().max(MOST_PAYLOAD_BYTES),
  chunks: z
    .int()
    .positive()
    .max(Math.ceil(MOST_PAYLOAD_BYTES / CHUNK_BYTES)),
  /** Of the whole, in hexadecimal digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

type Reference = z.infer<typeof referenceSchema>;

/** Where chunks are kept. They go by themselves after a time. */
export interface ChunkStore {
  /** All of them or, as far as can be told, none. Keeps them for `ttlMs`. */
  put(keys: readonly string[], chunks: readonly Buffer[], ttlMs: number): Promise<void>;
  get(key: string): Promise<Buffer | null>;
  renew(keys: readonly string[], ttlMs: number): Promise<void>;
  drop(keys: readonly string[]): Promise<void>;
}

/** @param prefix what its keys begin with, `hive:large` for one */
export function createLargePayloads(chunks: ChunkStore, prefix: string) {
  const keysOf = ({ id, chunks: count }: Pick<Reference, "id" | "chunks">): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}:${id}:${index}`);

  return {
    /**
     * What to send in place of `text`: itself, or when it is over `LARGE_BYTES` a reference to where it was put. Text
     * that is a secret is sealed before. `id` names it for all time: the same again overwrites the same.
     * @throws HiveError `invalid_input` for more than `MOST_PAYLOAD_BYTES`; nothing stays behind
     */
    async outgoing(text: string, id: string): Promise<string> {
      // A short text that looks like a reference is sent as one, so that it comes back as itself.
      if (text.length <= LARGE_BYTES / 3 && !looksLikeReference(text)) return text;
      if (text.length > MOST_PAYLOAD_BYTES) throw tooLarge(text.length);
      const bytes = Buffer.from(text);
      if (bytes.length <= LARGE_BYTES && !looksLikeReference(text)) return text;
      if (bytes.length > MOST_PAYLOAD_BYTES) throw tooLarge(bytes.length);
      const pieces = piecesOf(bytes);
      const reference: Reference = {
        format: REFERENCE,
        id,
        bytes: bytes.length,
        chunks: pieces.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
      };
      const keys = keysOf(reference);
      try {
        await chunks.put(keys, pieces, LARGE_TTL_MS);
      } catch (error) {
        await chunks.drop(keys).catch(() => undefined);
        throw error;
      }
      return JSON.stringify(reference);
    },

    /** What was sent. Throws HiveError `not_found` when it is gone, `invalid_input` when it is not what was put there. */
    async incoming(sent: string): Promise<string> {
      const reference = referenceIn(sent);
      if (reference === null) return sent;
      const pieces: Buffer[] = [];
      for (const key of keysOf(reference)) {
        const piece = await chunks.get(key);
        if (piece === null) throw gone(reference);
        pieces.push(piece);
      }
      const bytes = Buffer.concat(pieces);
      if (createHash("sha256").update(bytes).digest("hex") !== reference.sha256) throw changed(reference);
      return bytes.toString();
    },

    /** Keeps what a message refers to for another while: its task still waits. */
    async renew(sent: string): Promise<void> {
      const reference = referenceIn(sent);
      if (reference !== null) await chunks.renew(keysOf(reference), LARGE_TTL_MS);
    },

    /** What a message refers to is needed no more. */
    async drop(sent: string): Promise<void> {
      const reference = referenceIn(sent);
      if (reference !== null) await chunks.drop(keysOf(reference));
    },
  };
}

export type LargePayloads = ReturnType<typeof createLargePayloads>;

/** Chunks as values of a Redis. */
export function redisChunks(redis: Redis): ChunkStore {
  return {
    async put(keys, chunks, ttlMs) {
      // One after the other: Redis answers others in between, and no more than one waits in a buffer.
      for (const [index, key] of keys.entries()) {
        await redis.set(key, chunks[index] ?? Buffer.alloc(0), "PX", ttlMs);
      }
    },
    get: (key) => redis.getBuffer(key),
    async renew(keys, ttlMs) {
      const pipeline = redis.pipeline();
      for (const key of keys) pipeline.pexpire(key, ttlMs);
      await pipeline.exec();
    },
    async drop(keys) {
      await redis.unlink([...keys]);
    },
  };
}

function piecesOf(bytes: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(bytes.length / CHUNK_BYTES));
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES));
}

function looksLikeReference(text: string): boolean {
  return text.startsWith(`{"format":"${REFERENCE}"`);
}

/** Null: it is no reference, it is the payload itself. */
function referenceIn(text: string): Reference | null {
  if (!looksLikeReference(text)) return null;
  try {
    return referenceSchema.parse(JSON.parse(text));
  } catch {
    throw new HiveError("invalid_input", "What came through Redis refers to a payload in a way that cannot be read.");
  }
}

function tooLarge(bytes: number): HiveError {
  return new HiveError(
    "invalid_input",
    `A payload of ${megabytes(bytes)} MB is too large to go through Redis; the most is ${megabytes(MOST_PAYLOAD_BYTES)} MB. Pass files through the artifact folder instead (docs/fleet.md).`,
    { bytes, most: MOST_PAYLOAD_BYTES },
  );
}

function gone({ id, bytes }: Reference): HiveError {
  return new HiveError(
    "not_found",
    `A payload of ${megabytes(bytes)} MB is not in Redis any more: it was restarted without persistence, or the payload waited for over ${LARGE_TTL_MS / 86_400_000} days.`,
    { id },
  );
}

function changed({ id }: Reference): HiveError {
  return new HiveError("invalid_input", "A large payload in Redis is not what was put there: its checksum differs.", {
    id,
  });
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
