import { z } from "zod";
import { HiveError } from "../../../shared/errors";

export const MOST_FILES = 10_000;
const MOST_PATH = 1_000;

const fileSchema = z.strictObject({
  /** Relative, `/`-separated. */
  path: z.string().min(1).max(MOST_PATH),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  executable: z.boolean(),
});

const manifestSchema = z.strictObject({
  format: z.literal("hive-artifacts-1"),
  files: z.array(fileSchema).max(MOST_FILES),
});

/** The files of one attempt. Written after all of them: what has no manifest was never there. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = z.infer<typeof fileSchema>;

/** Where to find them, and how to know them: part of an attempt's end. */
export const artifactReference = z.strictObject({
  /** Of the folder at the target; safe segments. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/)
    .max(MOST_PATH),
  /** Of the manifest's text. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  files: z.int().nonnegative().max(MOST_FILES),
  bytes: z.int().nonnegative(),
});

export type ArtifactReference = z.infer<typeof artifactReference>;

/** Why a path must not be made below a folder, or null when it may. Refused on every system for what any makes of it. */
export function whyUnsafe(path: string): string | null {
  if (path.includes("\0")) return "it holds a zero byte";
  if (path.includes("\\")) return "it holds a backslash";
  if (/^[A-Za-z]:/.test(path)) return "it names a drive";
  const segments = path.split("/");
  if (segments.includes("..") || segments.includes(".")) return "it leads elsewhere";
  if (segments.includes("")) return "it is not relative, or holds an empty name";
  return null;
}

/** Throws HiveError `invalid_input` for what is no manifest, and for one that would write outside its folder. */
export function readManifest(text: string): Manifest {
  let parsed: ReturnType<typeof manifestSchema.safeParse>;
  try {
    parsed = manifestSchema.safeParse(JSON.parse(text));
  } catch {
    throw bad("it is not JSON");
  }
  if (!parsed.success) throw bad(parsed.error.issues[0]?.message ?? "it is of another format");
  const seen = new Set<string>();
  for (const { path } of parsed.data.files) {
    const why = whyUnsafe(path);
    if (why !== null) throw bad(`${JSON.stringify(path)} would be written outside its folder: ${why}`);
    if (seen.has(path)) throw bad(`${JSON.stringify(path)} stands there twice`);
    seen.add(path);
  }
  const parents = parsed.data.files.flatMap(({ path }) => parentsOf(path));
  const both = parents.find((path) => seen.has(path));
  if (both !== undefined) throw bad(`${JSON.stringify(both)} is both a file and a folder`);
  return parsed.data;
}

function parentsOf(path: string): string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
}

function bad(why: string): HiveError {
  return new HiveError("invalid_input", `The list of a task's artifacts cannot be used: ${why}. Nothing was fetched.`);
}
