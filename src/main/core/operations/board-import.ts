import { setImmediate as nextTurn } from "node:timers/promises";
import { HiveError } from "../../../shared/errors";
import {
  BOARD_TABLES,
  type BoardImportReport,
  type BoardTable,
  type ImportFinding,
} from "../../../shared/model/board-import";
import { type BoardFile, openBoardFile } from "../store/board-file";
import { type ImportedRow, type ImportWriter, importRows } from "../store/board-import";
import { type Row, text } from "../store/columns";
import { statement } from "../store/database";
import type { Store } from "../store/open";
import { SOURCE } from "./source";

export interface BoardImportRequest {
  readonly file: string;
  /** Who asks, for the audit log. */
  readonly actor: string;
  /** Called now and then with what was done so far. */
  readonly onProgress?: ((report: BoardImportReport) => void) | undefined;
  /** Ends the import early; what was imported by then stays, and the next import goes on. */
  readonly signal?: { readonly aborted: boolean } | undefined;
  /** The native addon, where it is not the one of this Node. */
  readonly nativeBinding?: string | undefined;
}

const MOST_FINDINGS = 1_000;
/** Rows read at once, and the time that one transaction takes of the event loop, in milliseconds. */
const PAGE = 200;
const BATCH_MS = 5;

/**
 * Imports what is new in a Board database: ids kept, states and kinds in Hive's words, times parsed. The file is
 * not changed. Nothing that is here already is touched, and nothing begins to run. Throws `invalid_input` (no Board
 * database), `not_allowed` (given up), and what opening and writing throw.
 */
export async function importBoard(store: Store, request: BoardImportRequest): Promise<BoardImportReport> {
  const board = await openBoardFile({
    file: request.file,
    clock: store.clock,
    nativeBinding: request.nativeBinding,
  });
  try {
    const tally = createTally(board);
    for (const table of BOARD_TABLES) await importTable(store, board, table, tally, request);
    return tally.report();
  } finally {
    await board.close();
  }
}

type Tally = ReturnType<typeof createTally>;

function createTally({ file, copied }: BoardFile) {
  const none = { imported: 0, kept: 0, refused: 0 };
  const rows = { plans: { ...none }, tasks: { ...none }, events: { ...none }, final_plans: { ...none } };
  const findings: ImportFinding[] = [];
  let findingCount = 0;
  return {
    add(table: BoardTable, results: readonly ImportedRow[]) {
      for (const { result, findings: found } of results) {
        rows[table][result] += 1;
        findingCount += found.length;
        findings.push(...found.slice(0, MOST_FINDINGS - findings.length));
      }
    },
    report: (): BoardImportReport => ({
      file,
      copied,
      rows: structuredClone(rows),
      findings: [...findings],
      findingCount,
    }),
  };
}

async function importTable(
  store: Store,
  board: BoardFile,
  table: BoardTable,
  tally: Tally,
  request: BoardImportRequest,
): Promise<void> {
  let after: number | null = Number.MIN_SAFE_INTEGER;
  while (after !== null) {
    if (request.signal?.aborted) {
      throw new HiveError("not_allowed", `The import of ${board.file} was given up. Import it again to go on.`, {
        ...tally.report(),
        findings: [],
      });
    }
    const page: Awaited<ReturnType<BoardFile["page"]>> = await board.page(table, after, PAGE);
    if (table === "tasks") await importLatePlans(store, board, page.rows, tally, request);
    await importAll(store, table, page.rows, tally, request);
    request.onProgress?.(tally.report());
    after = page.next;
    await nextTurn();
  }
}

async function importAll(
  store: Store,
  table: BoardTable,
  rows: readonly Row[],
  tally: Tally,
  { file, actor }: BoardImportRequest,
): Promise<void> {
  let done = 0;
  while (done < rows.length) {
    const rest = rows.slice(done);
    const results = await store.write((tx) => {
      const until = store.clock.monotonic() + BATCH_MS;
      const writer: ImportWriter = { now: store.clock.now(), source: SOURCE, newId: store.newId, actor, file };
      return importRows(tx, { table, rows: rest, isSpent: () => store.clock.monotonic() >= until, writer });
    });
    tally.add(table, results);
    done += results.length;
  }
}

/** Plans that The Board made after theirs were read. */
async function importLatePlans(
  store: Store,
  board: BoardFile,
  tasks: readonly Row[],
  tally: Tally,
  request: BoardImportRequest,
): Promise<void> {
  const here = statement(store.read, "SELECT 1 FROM execution_plans WHERE id = ?");
  for (const planId of new Set(tasks.map((task) => text(task.plan_id)))) {
    if (here.get(planId)) continue;
    const late = await board.plan(planId);
    if (late !== null) await importAll(store, "plans", [late], tally, request);
  }
}
