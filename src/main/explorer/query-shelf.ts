import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { MOST_PAST, MOST_PAST_TEXT, type PastQuery } from "../../shared/model/saved-query";
import { pastQuery } from "../../shared/saved-query-contract";

const shelfSchema = z.object({
  saved: z.array(z.object({ name: z.string().min(1), sql: z.string() })),
  history: z.array(pastQuery),
});

/** What this computer keeps for one database. */
export interface Shelf {
  readonly saved: ReadonlyArray<{ readonly name: string; readonly sql: string }>;
  readonly history: readonly PastQuery[];
}

/** Queries beside a database: those of one that is only observed, and what ran. */
export interface QueryShelf {
  read(): Promise<Shelf>;
  /** Resolves when it is in the file, or was reported that it is not; throws nothing. */
  change(next: (shelf: Shelf) => Shelf): Promise<Shelf>;
}

const EMPTY: Shelf = { saved: [], history: [] };

/** A file that is no shelf is put aside and reported: what a hand broke, a hand can mend. */
export function openQueryShelf(file: string, report: (message: string) => void): QueryShelf {
  let known: Promise<Shelf> | null = null;
  let last: Promise<unknown> = Promise.resolve();

  async function load(): Promise<Shelf> {
    const text = await readFile(file, "utf8").catch(() => null);
    if (text === null) return EMPTY;
    const found = parse(text);
    if (found !== null) return found;
    const aside = `${file}.damaged`;
    await rename(file, aside).catch(() => undefined);
    report(`${file} holds no saved queries: it was put aside as ${aside}`);
    return EMPTY;
  }

  const read = (): Promise<Shelf> => {
    known ??= load();
    return known;
  };

  async function write(shelf: Shelf): Promise<void> {
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(`${file}.${process.pid}`, JSON.stringify(shelf), { mode: 0o600 });
      await rename(`${file}.${process.pid}`, file);
    } catch (error) {
      report(`could not write ${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return {
    read,
    change(next) {
      const changed = last.then(async () => {
        const shelf = bounded(next(await read()));
        known = Promise.resolve(shelf);
        await write(shelf);
        return shelf;
      });
      last = changed.catch(() => undefined);
      return changed;
    },
  };
}

function parse(text: string): Shelf | null {
  try {
    return shelfSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Of past queries the latest. */
function bounded({ saved, history }: Shelf): Shelf {
  let left = MOST_PAST_TEXT;
  const kept = history.slice(0, MOST_PAST).filter(({ sql }) => {
    left -= sql.length;
    return left >= 0;
  });
  return { saved, history: kept };
}
