import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { originKey, type PlanOrigin } from "../shared/model/plan-origin";

const text = z.string().min(1);
const origin: z.ZodType<PlanOrigin> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("sample"), name: text }),
  z.strictObject({ kind: z.literal("file"), fileId: text }),
  z.strictObject({ kind: z.literal("like"), planId: text }),
  z.strictObject({ kind: z.literal("new") }),
]);

const storedDraft = z.object({
  origin,
  name: text,
  /** Absolute; null: it is in no file. */
  file: text.nullable(),
  folder: text,
  text: z.string(),
  /** What its file said when it was read. */
  kept: z.string(),
});

/** An edited text that is in no file yet. */
type StoredDraft = z.output<typeof storedDraft>;

/** Edited texts outlive the window and a crash, one file each. Losing them is told of; it stops nothing. */
export interface PlanDrafts {
  get(origin: PlanOrigin): Promise<StoredDraft | null>;
  all(): Promise<readonly StoredDraft[]>;
  put(draft: StoredDraft): Promise<void>;
  remove(origin: PlanOrigin): Promise<void>;
}

/** `folder`: made when it is needed, for this user's eyes only. */
export function openPlanDrafts(folder: string, report: (message: string) => void): PlanDrafts {
  let last: Promise<void> = Promise.resolve();
  const fileOf = (of: PlanOrigin): string =>
    join(folder, `${createHash("sha256").update(originKey(of)).digest("hex").slice(0, 24)}.json`);

  async function read(file: string): Promise<StoredDraft | null> {
    try {
      return storedDraft.parse(JSON.parse(await readFile(file, "utf8")));
    } catch {
      return null;
    }
  }

  /** One write after the other: the latest text is the one that stays. */
  function inTurn(what: string, write: () => Promise<void>): Promise<void> {
    last = last.then(write).catch((error: unknown) => {
      report(`could not ${what} a draft in ${folder}: ${error instanceof Error ? error.message : String(error)}`);
    });
    return last;
  }

  return {
    async get(of) {
      await last;
      return read(fileOf(of));
    },
    async all() {
      await last;
      const names = await readdir(folder).catch(() => []);
      const drafts = await Promise.all(
        names.filter((name) => name.endsWith(".json")).map((name) => read(join(folder, name))),
      );
      return drafts.filter((draft) => draft !== null);
    },
    put: (draft) =>
      inTurn("keep", async () => {
        const file = fileOf(draft.origin);
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(`${file}.new`, JSON.stringify(draft), { mode: 0o600 });
        await rename(`${file}.new`, file);
      }),
    remove: (of) => inTurn("remove", () => rm(fileOf(of), { force: true })),
  };
}
