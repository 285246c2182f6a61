/** Rows by id, in an order of their own. A changed row is a new object; all others keep their identity. */
export interface RowSet<Row> {
  readonly order: readonly string[];
  readonly byId: Readonly<Record<string, Row>>;
}

export const EMPTY: RowSet<never> = { order: [], byId: {} };

export function rowSet<Row extends { readonly id: string }>(rows: readonly Row[]): RowSet<Row> {
  return { order: rows.map((row) => row.id), byId: Object.fromEntries(rows.map((row) => [row.id, row])) };
}

/** Adds rows at the end; those already there are replaced where they stand. */
export function appendRows<Row extends { readonly id: string }>(set: RowSet<Row>, rows: readonly Row[]): RowSet<Row> {
  const added = rows.filter((row) => !Object.hasOwn(set.byId, row.id)).map((row) => row.id);
  return {
    order: [...set.order, ...added],
    byId: { ...set.byId, ...Object.fromEntries(rows.map((row) => [row.id, row])) },
  };
}

/** Replaces rows where they stand; those that are not there stay out. The same set when nothing changed. */
export function updateRows<Row extends { readonly id: string }>(set: RowSet<Row>, rows: readonly Row[]): RowSet<Row> {
  const known = rows.filter((row) => Object.hasOwn(set.byId, row.id));
  if (known.length === 0) return set;
  return { order: set.order, byId: { ...set.byId, ...Object.fromEntries(known.map((row) => [row.id, row])) } };
}

/** The same set when none of the ids is there. */
export function removeRows<Row>(set: RowSet<Row>, ids: readonly string[]): RowSet<Row> {
  const gone = new Set(ids.filter((id) => Object.hasOwn(set.byId, id)));
  if (gone.size === 0) return set;
  return {
    order: set.order.filter((id) => !gone.has(id)),
    byId: Object.fromEntries(Object.entries(set.byId).filter(([id]) => !gone.has(id))),
  };
}

/** Puts rows where `isBefore` says, before the first row that they precede. Those already there are replaced. */
export function insertRows<Row extends { readonly id: string }>(
  set: RowSet<Row>,
  rows: readonly Row[],
  isBefore: (a: Row, b: Row) => boolean,
): RowSet<Row> {
  let { order } = set;
  const byId: Record<string, Row> = { ...set.byId };
  for (const row of rows) {
    const known = Object.hasOwn(byId, row.id);
    byId[row.id] = row;
    if (known) continue;
    const index = order.findIndex((id) => {
      const other = byId[id];
      return other !== undefined && isBefore(row, other);
    });
    order = index === -1 ? [...order, row.id] : order.toSpliced(index, 0, row.id);
  }
  return { order, byId };
}

export function listRows<Row>(set: RowSet<Row>): Row[] {
  return set.order.flatMap((id) => set.byId[id] ?? []);
}
