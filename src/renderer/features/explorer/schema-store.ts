import { create } from "zustand";
import type { RowCount, Schema, SchemaTable } from "../../../shared/model/explorer";
import { call } from "../../api";

interface SchemaState {
  readonly schema: Schema | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** `late`: it takes too long to count. */
  readonly counts: Readonly<Record<string, RowCount | "late">>;
}

export const useSchema = create<SchemaState>()(() => ({ schema: null, error: null, isLoading: false, counts: {} }));

/** Counted together; one that is late holds up those behind it in its batch only. */
const BATCH = 12;
let request = 0;

/** Reads tables and columns, then counts rows a few tables at a time. */
export async function loadSchema(): Promise<void> {
  request += 1;
  const mine = request;
  useSchema.setState({ isLoading: true });
  try {
    const schema = await call("explorer.schema", {});
    if (mine !== request) return;
    useSchema.setState({ schema, error: null, isLoading: false });
    await countTables(schema, () => mine === request);
  } catch (error) {
    if (mine === request) useSchema.setState({ error, isLoading: false });
  }
}

async function countTables({ tables }: Schema, isWanted: () => boolean): Promise<void> {
  const counted = tables.filter(({ type, trouble }) => type === "table" && trouble === null);
  const inOrder = [...counted.filter((table) => !table.isInternal), ...counted.filter((table) => table.isInternal)];
  for (let at = 0; at < inOrder.length && isWanted(); at += BATCH) {
    const batch = inOrder.slice(at, at + BATCH).map(({ name }) => name);
    const found = await call("explorer.counts", { tables: batch }).catch(() => []);
    const news = Object.fromEntries([
      ...batch.map((name) => [name, "late"] as const),
      ...found.map((count) => [count.table, count] as const),
    ]);
    if (isWanted()) useSchema.setState(({ counts }) => ({ counts: { ...counts, ...news } }));
  }
}

export function tableNamed(schema: Schema | null, name: string): SchemaTable | null {
  return schema?.tables.find((table) => table.name === name) ?? null;
}
