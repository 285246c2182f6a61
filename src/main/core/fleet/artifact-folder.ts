import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { HiveError } from "../../../shared/errors";
import type { ArtifactFile, ArtifactTarget } from "./artifact-target";

/** A folder that all hosts see. Every file is written beside its place and renamed, so nobody reads half of one. */
export function createFolderTarget(root: string): ArtifactTarget {
  const place = (name: string): string => join(root, ...name.split("/"));

  const whole = async (name: string, write: (draft: string) => Promise<void>): Promise<void> => {
    const path = place(name);
    const draft = `${path}.${randomUUID()}.part`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await write(draft);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw error instanceof HiveError ? error : unwritable(root, error);
    }
  };

  return {
    says: `the folder ${root}`,
    put: (name, file, signal) => whole(name, (draft) => copyChecked(file, draft, signal)),
    putText: (name, text) => whole(name, (draft) => writeFile(draft, text, { flush: true })),
    async get(name, signal) {
      try {
        const file = await open(place(name), "r");
        return file.createReadStream({ ...(signal ? { signal } : {}) });
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
        throw new HiveError("file_unreadable", `${place(name)} cannot be read: ${reasonOf(error)}.`, { root });
      }
    },
  };
}

async function copyChecked({ path, sha256 }: ArtifactFile, draft: string, signal?: AbortSignal): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(
    createReadStream(path),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(draft, { flush: true }),
    { ...(signal ? { signal } : {}) },
  );
  if (hash.digest("hex") === sha256) return;
  throw new HiveError("file_unreadable", `${path} was changed while it was copied to the artifact folder.`, { path });
}

function unwritable(root: string, error: unknown): HiveError {
  return new HiveError("file_unwritable", `The artifact folder ${root} cannot be written to: ${reasonOf(error)}.`, {
    root,
  });
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
