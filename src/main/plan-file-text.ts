import { randomUUID } from "node:crypto";
import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { HiveError } from "../shared/errors";

/** A plan is written by people; whatever is larger is not one. */
const MAX_BYTES = 4 * 1024 * 1024;

/** A plan file's text. Throws `file_unreadable`. */
export async function readPlanText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) {
      const limit = MAX_BYTES / 1024 / 1024;
      throw new HiveError("file_unreadable", `${file} is larger than ${limit} MiB: that is not a plan.`, { file });
    }
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof HiveError) throw error;
    throw new HiveError(
      "file_unreadable",
      `${file} could not be read (${wordsOf(error)}). Check that it exists and is yours to read.`,
      { file },
    );
  }
}

/** The same; null when there is no such file any more. */
export async function planFileText(file: string): Promise<string | null> {
  try {
    await stat(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  }
  return readPlanText(file);
}

/** Writes a plan file: all of it or nothing, with the permissions that it had. Throws `file_unwritable`. */
export async function writePlanText(file: string, text: string): Promise<void> {
  try {
    // A link stays one: what it points to is written.
    const target = await realpath(file).catch(() => file);
    const mode = await stat(target).then(
      (known) => known.mode & 0o777,
      () => undefined,
    );
    const fresh = `${target}.${randomUUID().slice(0, 8)}.new`;
    try {
      const handle = await open(fresh, "wx", mode);
      try {
        await handle.writeFile(text, "utf8");
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(fresh, target);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
  } catch (error) {
    throw new HiveError(
      "file_unwritable",
      `${file} could not be written (${wordsOf(error)}). Check its folder, or save the plan elsewhere.`,
      { file },
    );
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
