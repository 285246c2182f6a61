import { formatColumnFilter, parseColumnFilter } from "../shared/model/column-filter";
import type { ColumnFilter, TableOrder } from "../shared/model/explorer";

/** The explorer: one of its queries, or a table as it is filtered and sorted. */
export interface ExplorerPlace {
  readonly view: "explorer";
  /** Null: what was looked at last. */
  readonly show:
    | { readonly kind: "query"; readonly queryId: string }
    | {
        readonly kind: "table";
        readonly table: string;
        readonly filters: readonly ColumnFilter[];
        readonly order: TableOrder | null;
      }
    | null;
}

/** What stands behind `#/explorer`: `/query/<id>`, or `/table/<name>?where=<column>:<filter>&order=<column>.desc`. */
export function parseExplorer(kind: string | null, name: string | null, query: URLSearchParams): ExplorerPlace {
  if (kind === "query" && name !== null) return { view: "explorer", show: { kind: "query", queryId: name } };
  if (kind !== "table" || name === null) return { view: "explorer", show: null };
  const filters = query.getAll("where").flatMap((given) => {
    const [column = "", ...typed] = given.split(":");
    const filter = parseColumnFilter(decodeURIComponent(column), typed.join(":"));
    return filter === null ? [] : [filter];
  });
  return { view: "explorer", show: { kind: "table", table: name, filters, order: parseOrder(query.get("order")) } };
}

function parseOrder(given: string | null): TableOrder | null {
  const found = /^(.+)\.(asc|desc)$/.exec(given ?? "");
  return found?.[1] === undefined ? null : { column: found[1], isDescending: found[2] === "desc" };
}

export function formatExplorer({ show }: ExplorerPlace): string {
  if (show === null) return "#/explorer";
  if (show.kind === "query") return `#/explorer/query/${encodeURIComponent(show.queryId)}`;
  const given = [
    ...show.filters.map(
      (filter) => `where=${encodeURIComponent(`${encodeURIComponent(filter.column)}:${formatColumnFilter(filter)}`)}`,
    ),
    ...(show.order === null
      ? []
      : [`order=${encodeURIComponent(`${show.order.column}.${show.order.isDescending ? "desc" : "asc"}`)}`]),
  ];
  return `#/explorer/table/${encodeURIComponent(show.table)}${given.length === 0 ? "" : `?${given.join("&")}`}`;
}

export const tablePlace = (
  table: string,
  filters: readonly ColumnFilter[] = [],
  order: TableOrder | null = null,
): ExplorerPlace => ({ view: "explorer", show: { kind: "table", table, filters, order } });

export const queryPlace = (queryId: string): ExplorerPlace => ({ view: "explorer", show: { kind: "query", queryId } });
