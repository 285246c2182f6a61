import { createHash } from "node:crypto";
import { open, rename, rm, stat } from "node:fs/promises";
import { z } from "zod";
import { HiveError } from "../../../shared/errors";
import { type ChunkStore, LARGE_TTL_MS, MOST_PAYLOAD_BYTES } from "./large-payloads";
import type { Sealer } from "./sealed";

/** What is read, sealed and sent at once: a millisecond's work. */
const PIECE_BYTES = 512 * 1024;

/** A file in Redis, as a message refers to it. */
export const largeFileSchema = z.strictObject({
  id: z.string().min(1).max(300),
  bytes: z.int().positive().max(MOST_PAYLOAD_BYTES),
  pieces: z
    .int()
    .positive()
    .max(Math.ceil(MOST_PAYLOAD_BYTES / PIECE_BYTES)),
  /** Of the whole, in hexadecimal digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type LargeFile = z.infer<typeof largeFileSchema>;

/** Files that go from one host to the other in sealed pieces, without being in memory as a whole. */
export interface LargeFiles {
  /**
   * `id` names it for all time: the same again overwrites the same. It goes by itself after seven days.
   * @throws HiveError `invalid_input` for more than `MOST_PAYLOAD_BYTES`
   */
  push(path: string, id: string, sealer: Sealer): Promise<LargeFile>;
  /**
   * Writes it to `path`, whole or not at all.
   * @throws HiveError `not_found` when it is gone, `invalid_input` when it is not what was pushed
   */
  pull(file: LargeFile, path: string, sealer: Sealer): Promise<void>;
  drop(file: LargeFile): Promise<void>;
}

const partOf = (index: number): string => `file ${index}`;

/** @param prefix what its keys begin with */
export function createLargeFiles(chunks: ChunkStore, prefix: string): LargeFiles {
  const keyOf = (id: string, index: number): string => `${prefix}:${id}:${index}`;
  return {
    async push(path, id, sealer) {
      const { size } = await stat(path);
      if (size > MOST_PAYLOAD_BYTES) throw tooLarge(size);
      const file = await open(path, "r");
      const hash = createHash("sha256");
      let [bytes, pieces] = [0, 0];
      try {
        const buffer = Buffer.alloc(PIECE_BYTES);
        for (; bytes < size; pieces += 1) {
          const { bytesRead } = await file.read(buffer, 0, Math.min(PIECE_BYTES, size - bytes), bytes);
          if (bytesRead === 0) throw new HiveError("invalid_input", `${path} became shorter while it was sent.`);
          const piece = buffer.subarray(0, bytesRead);
          hash.update(piece);
          await chunks.put([keyOf(id, pieces)], [sealer.sealBytes(piece, partOf(pieces))], LARGE_TTL_MS);
          bytes += bytesRead;
        }
      } finally {
        await file.close();
      }
      return { id, bytes, pieces, sha256: hash.digest("hex") };
    },

    async pull({ id, bytes, pieces, sha256 }, path, sealer) {
      const draft = `${path}.${process.pid}.new`;
      const file = await open(draft, "w");
      const hash = createHash("sha256");
      try {
        for (let index = 0; index < pieces; index += 1) {
          const sealed = await chunks.get(keyOf(id, index));
          if (sealed === null) throw gone(id, bytes);
          const piece = sealer.openBytes(sealed, partOf(index));
          hash.update(piece);
          await file.appendFile(piece);
        }
        await file.close();
        if (hash.digest("hex") !== sha256) throw changed(id);
        await rename(draft, path);
      } catch (error) {
        await file.close().catch(() => undefined);
        await rm(draft, { force: true });
        throw error;
      }
    },

    drop: ({ id, pieces }) => chunks.drop(Array.from({ length: pieces }, (_, index) => keyOf(id, index))),
  };
}

function tooLarge(bytes: number): HiveError {
  return new HiveError(
    "invalid_input",
    `A result of ${megabytes(bytes)} MB is too large to go through Redis; the most is ${megabytes(MOST_PAYLOAD_BYTES)} MB. Leave it in $HIVE_ARTIFACTS instead (docs/fleet.md).`,
    { bytes, most: MOST_PAYLOAD_BYTES },
  );
}

function gone(id: string, bytes: number): HiveError {
  return new HiveError("not_found", `A file of ${megabytes(bytes)} MB is not in Redis any more.`, { id });
}

function changed(id: string): HiveError {
  return new HiveError("invalid_input", "A file in Redis is not what was put there: its checksum differs.", { id });
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
