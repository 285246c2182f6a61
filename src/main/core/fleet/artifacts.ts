import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { HiveError } from "../../../shared/errors";
import {
  type ArtifactReference,
  type Manifest,
  type ManifestFile,
  MOST_FILES,
  readManifest,
  whyUnsafe,
} from "./artifact-manifest";
import type { ArtifactTarget } from "./artifact-target";

const AT_ONCE = 4;
const MANIFEST = "manifest.json";
const MOST_MANIFEST_BYTES = 32_000_000;

/**
 * Pushes the files of a folder, the list of them last. Null when there are none.
 * @param name of the attempt, as `PLAN/RUN`, from letters, digits and `. _ -`: pushing again under it replaces nothing
 *   that somebody reads, for readers go by the checksum of the list
 * @throws HiveError naming the file that cannot be pushed; then nobody sees any of them
 */
export async function pushArtifacts(
  target: ArtifactTarget,
  { folder, name, signal }: { readonly folder: string; readonly name: string; readonly signal?: AbortSignal },
): Promise<ArtifactReference | null> {
  const paths = await filesBelow(folder);
  if (paths.length === 0) return null;
  const files = await inParallel(paths, async (path): Promise<ManifestFile> => {
    const file = join(folder, ...path.split("/"));
    const { size, mode } = await stat(file);
    const sha256 = await checksumOf(file, signal);
    // Named by what is in it: an attempt that pushes twice never changes a file under a reader.
    await target.put(`${name}/${sha256}`, { path: file, bytes: size, sha256 }, signal);
    return { path, bytes: size, sha256, executable: (mode & 0o100) !== 0 };
  });
  const manifest: Manifest = { format: "hive-artifacts-1", files };
  const text = JSON.stringify(manifest);
  const sha256 = createHash("sha256").update(text).digest("hex");
  await target.putText(`${name}/${MANIFEST}`, text, signal);
  return { name, sha256, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/**
 * Fetches what was pushed into a folder that does not exist yet: it appears whole, every checksum proven, or not at all.
 * @throws HiveError `not_found` when it is not at the target, `invalid_input` when it is not what was pushed
 */
export async function fetchArtifacts(
  target: ArtifactTarget,
  reference: ArtifactReference,
  { folder, signal }: { readonly folder: string; readonly signal?: AbortSignal },
): Promise<void> {
  const { files } = await manifestOf(target, reference, signal);
  const draft = `${folder}.${randomUUID()}.part`;
  try {
    await mkdir(draft, { recursive: true });
    await inParallel(files, async (file) => {
      const path = join(draft, ...file.path.split("/"));
      await mkdir(dirname(path), { recursive: true });
      const name = `${reference.name}/${file.sha256}`;
      const chunks = await target.get(name, signal);
      if (chunks === null) throw missing(target, name);
      await pipeline(checked(chunks, file), createWriteStream(path, { flags: "wx" }));
      if (file.executable) await chmod(path, 0o755);
    });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

async function manifestOf(
  target: ArtifactTarget,
  { name, sha256 }: ArtifactReference,
  signal: AbortSignal | undefined,
): Promise<Manifest> {
  const chunks = await target.get(`${name}/${MANIFEST}`, signal);
  if (chunks === null) throw missing(target, `${name}/${MANIFEST}`);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MOST_MANIFEST_BYTES) throw differs(`${name}/${MANIFEST}`);
    pieces.push(chunk);
  }
  const text = Buffer.concat(pieces);
  if (createHash("sha256").update(text).digest("hex") !== sha256) throw differs(`${name}/${MANIFEST}`);
  return readManifest(text.toString());
}

/** Passes on what arrives, and fails at its end, or as soon as it is too long, when it is not the file. */
async function* checked(chunks: AsyncIterable<Uint8Array>, file: ManifestFile): AsyncIterable<Uint8Array> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > file.bytes) throw differs(file.path);
    hash.update(chunk);
    yield chunk;
  }
  if (bytes !== file.bytes || hash.digest("hex") !== file.sha256) throw differs(file.path);
}

/** Relative paths with `/`, sorted. What is neither file nor folder is refused: a link may lead anywhere. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  const files = entries.flatMap((entry): string[] => {
    if (entry.isDirectory()) return [];
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/");
    if (!entry.isFile()) throw refused(path, "it is a link or no file: put a copy there");
    const why = whyUnsafe(path);
    if (why !== null) throw refused(path, why);
    return [path];
  });
  if (files.length > MOST_FILES) {
    throw new HiveError(
      "invalid_input",
      `A task left ${files.length} artifacts; the most is ${MOST_FILES}. Let it pack them into one file.`,
      { files: files.length },
    );
  }
  return files.sort();
}

async function checksumOf(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { ...(signal ? { signal } : {}) })) hash.update(chunk);
  return hash.digest("hex");
}

/** In the order given, a few at a time; the first failure ends it once those under way have ended. */
async function inParallel<Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const left = items.entries();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const [index, item] of left) {
      if (failed) return;
      try {
        answers[index] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return answers;
}

function missing({ says }: ArtifactTarget, name: string): HiveError {
  return new HiveError("not_found", `Artifacts are not there: ${says} has no ${name}. Retry the task that made them.`, {
    name,
  });
}

function differs(path: string): HiveError {
  return new HiveError(
    "invalid_input",
    `The artifact ${path} is not what was pushed: its size or checksum differs. Nothing was fetched.`,
    { path },
  );
}

function refused(path: string, why: string): HiveError {
  return new HiveError("invalid_input", `The artifact ${JSON.stringify(path)} cannot be kept: ${why}.`, { path });
}
