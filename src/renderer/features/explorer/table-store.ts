import { create } from "zustand";
import type { ColumnFilter, TableOrder, TablePage } from "../../../shared/model/explorer";
import { call } from "../../api";
import { limitMs, TABLE_ROWS } from "./limits";

interface TableState {
  /** What is asked for, as text: another one begins anew. */
  readonly asked: string | null;
  readonly page: TablePage | null;
  /** Where each page begins, up to the one on the screen. */
  readonly places: readonly (string | null)[];
  readonly isLoading: boolean;
  readonly error: unknown;
}

export const useTable = create<TableState>()(() => ({
  asked: null,
  page: null,
  places: [null],
  isLoading: false,
  error: null,
}));

export interface TableQuestion {
  readonly table: string;
  readonly filters: readonly ColumnFilter[];
  readonly order: TableOrder | null;
}

const ASKER = "table";
let request = 0;

async function load(question: TableQuestion, places: readonly (string | null)[]): Promise<void> {
  request += 1;
  const mine = request;
  const asked = JSON.stringify(question);
  const isSame = useTable.getState().asked === asked;
  useTable.setState({ asked, isLoading: true, error: null, ...(isSame ? {} : { page: keptOf(question) }) });
  try {
    const page = await call("explorer.table", {
      ...question,
      after: places.at(-1) ?? null,
      limit: TABLE_ROWS,
      asker: ASKER,
      limitMs: limitMs(),
    });
    if (mine === request) useTable.setState({ page, places, isLoading: false });
  } catch (error) {
    if (mine === request) useTable.setState({ error, isLoading: false, places });
  }
}

/** The rows of the same table stay until others are there. */
function keptOf({ table }: TableQuestion): TablePage | null {
  const { page } = useTable.getState();
  return page?.table === table ? page : null;
}

/** Shows a table from its beginning. */
export const showTable = (question: TableQuestion): Promise<void> => load(question, [null]);

export const reloadTable = (question: TableQuestion): Promise<void> => load(question, useTable.getState().places);

export async function turnPage(question: TableQuestion, way: 1 | -1): Promise<void> {
  const { page, places, isLoading } = useTable.getState();
  if (isLoading) return;
  if (way === -1 && places.length > 1) await load(question, places.slice(0, -1));
  if (way === 1 && page?.next != null) await load(question, [...places, page.next]);
}

/** Gives up what is read. */
export async function stopTable(): Promise<void> {
  await call("explorer.cancel", { asker: ASKER });
}
