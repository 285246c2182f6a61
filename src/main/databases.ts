import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { z } from "zod";
import { toErrorBody } from "../shared/errors";
import { type DatabaseLook, type RecentDatabase, WINDOW_MODES, type WindowMode } from "../shared/model/database-choice";
import { checkFile, mustAllowWriting } from "./core/store/file-checks";
import type { PlanFiles } from "./plan-files";

const recentSchema = z.array(
  z.object({ file: z.string().min(1), mode: z.enum(WINDOW_MODES), openedAt: z.number().min(0) }),
);
type Recent = z.output<typeof recentSchema>[number];

/** Files remembered. */
const MOST = 20;

/** The databases that windows on this computer had open. */
export interface Databases {
  recent(current: string): RecentDatabase[];
  /** Remembers how it is opened now. A list that cannot be written is reported and lived with. */
  note(file: string, mode: WindowMode): void;
  forget(file: string): void;
  look(file: string, current: string): DatabaseLook;
}

/** Whether a file is an SQLite database, by how it begins. */
export function isDatabase(file: string): boolean {
  return problemOf(() => checkFile(file, "read")) === null;
}

export interface DatabasesOptions {
  /** Where the list is kept, for all windows. */
  readonly listFile: string;
  /** Makes a file known to the page by an id. */
  readonly files: Pick<PlanFiles, "name">;
  readonly now: () => number;
  readonly report: (message: string) => void;
}

function readList(listFile: string): Recent[] {
  try {
    return recentSchema.parse(JSON.parse(readFileSync(listFile, "utf8")));
  } catch {
    return [];
  }
}

/** A database that a window had open, and how. */
export type RememberedDatabase = Pick<Recent, "file" | "mode">;

/** The latest first. */
export function rememberedDatabases(listFile: string): readonly RememberedDatabase[] {
  return readList(listFile);
}

export function createDatabases({ listFile, files, now, report }: DatabasesOptions): Databases {
  const read = (): Recent[] => readList(listFile);

  /** Several windows write it: each puts its own whole list in place. */
  const write = (list: readonly Recent[]): void => {
    try {
      mkdirSync(dirname(listFile), { recursive: true });
      writeFileSync(`${listFile}.${process.pid}`, JSON.stringify(list, null, 2));
      renameSync(`${listFile}.${process.pid}`, listFile);
    } catch (error) {
      report(`could not write ${listFile}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  return {
    recent: (current) =>
      read().map(({ file, mode, openedAt }) => ({
        fileId: files.name(file),
        file,
        name: basename(file),
        folder: dirname(file),
        mode,
        openedAt,
        exists: exists(file),
        isCurrent: file === current,
      })),
    note(file, mode) {
      write([{ file, mode, openedAt: now() }, ...read().filter((one) => one.file !== file)].slice(0, MOST));
    },
    forget: (file) => write(read().filter((one) => one.file !== file)),
    look(file, current) {
      const common = {
        fileId: files.name(file),
        file,
        name: basename(file),
        folder: dirname(file),
        lastMode: read().find((one) => one.file === file)?.mode ?? null,
        isCurrent: file === current,
      };
      const found = statSync(file, { throwIfNoEntry: false });
      if (found === undefined) return { ...common, kind: "new", bytes: null, problem: null, operateProblem: null };
      const problem = problemOf(() => checkFile(file, "read"));
      const kind = problem?.code === "database_not_sqlite" ? "other" : "database";
      const operateProblem = problem === null ? problemOf(() => mustAllowWriting(file)) : null;
      return {
        ...common,
        kind,
        bytes: found.size,
        problem: problem?.message ?? null,
        operateProblem: operateProblem?.message ?? null,
      };
    },
  };
}

function exists(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function problemOf(check: () => void) {
  try {
    check();
    return null;
  } catch (error) {
    return toErrorBody(error);
  }
}
