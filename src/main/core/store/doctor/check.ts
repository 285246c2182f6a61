import type { FindingKind, FoundRow, Severity } from "../../../../shared/model/doctor";
import type { ReadableDatabase, WritableDatabase } from "../database";
import type { Writer } from "../plan-end";

/** What every check looks at. */
export interface ExamContext {
  readonly db: ReadableDatabase;
  readonly file: string;
  /** Where logs and results lie. */
  readonly filesFolder: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What came of a piece of a check: the rows that it found, and how far it is. */
export interface Slice {
  readonly rows: readonly FoundRow[];
  /** From 0 to 1. */
  readonly share: number;
  readonly detail: string;
}

/** Puts one row right. Belongs into a transaction; false: it is as it should be by now. */
export type Fix = (tx: WritableDatabase, row: FoundRow, writer: Writer & { readonly actor: string }) => boolean;

/** Does what no transaction does, to a file or a process. False: there was nothing left to do. */
export type Act = (row: FoundRow, context: ExamContext) => Promise<boolean>;

export interface DoctorCheck {
  readonly kind: FindingKind;
  /** Of what it finds. */
  readonly severity: Exclude<Severity, "ok">;
  /** Tables that it reads; without one of them there is nothing to look at. */
  readonly needs: readonly string[];
  readonly find: (context: ExamContext) => Iterable<Slice> | AsyncIterable<Slice>;
  /** Of rows with a `becomes`. */
  readonly fix?: Fix;
  readonly act?: Act;
  /** What is said when nothing was found. */
  readonly fine: string;
}

/** Rows that a statement reads at once. */
export const STEP = 2_000;

/** A check that needs no slices. */
export function whole(rows: (context: ExamContext) => readonly FoundRow[]): DoctorCheck["find"] {
  return function* (context) {
    yield { rows: rows(context), share: 1, detail: "" };
  };
}

/** Pieces of a table by its key, from its first to its last row. */
export function* ranges(
  first: number,
  last: number,
  step = STEP,
): Generator<{ readonly after: number; readonly to: number; readonly share: number }> {
  for (let after = first - 1; after < last; after += step) {
    const to = Math.min(last, after + step);
    yield { after, to, share: last < first ? 1 : (to - first + 1) / (last - first + 1) };
  }
}
