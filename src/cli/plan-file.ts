import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { HiveError } from "../shared/errors";

/** A plan file as read: nothing is checked yet. */
export interface PlanFile {
  /** As the user named it: findings repeat it. */
  readonly path: string;
  /** Absolute; relative paths of the plan begin here. */
  readonly folder: string;
  readonly name: string;
  readonly text: string;
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder; name the plan file in it",
  EACCES: "this user may not read it; check its permissions",
  EPERM: "this user may not read it; check its permissions",
  ELOOP: "its symbolic links go round in a circle",
};

/** Fails with `file_unreadable`, saying why. */
export async function readPlanFile(path: string): Promise<PlanFile> {
  const absolute = resolve(path);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(absolute);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const why = UNREADABLE[code] ?? (error instanceof Error ? error.message : String(error));
    throw new HiveError("file_unreadable", `Cannot read the plan ${path}: ${why}.`, { file: absolute });
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { path, folder: dirname(absolute), name: basename(absolute), text };
  } catch {
    throw new HiveError(
      "file_unreadable",
      `Cannot read the plan ${path}: it is not UTF-8 text. Save it as UTF-8, or name another file.`,
      { file: absolute },
    );
  }
}
