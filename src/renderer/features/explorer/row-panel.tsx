import { ArrowRight, Braces, KeyRound, Link2, Search, X } from "lucide-react";
import { useEffect, useState } from "react";
import type { OperationInput } from "../../../shared/contract";
import type { Cell, ResultColumn, RowReference } from "../../../shared/model/explorer";
import { MOST_REFERENCES } from "../../../shared/model/explorer";
import { call, messageOf } from "../../api";
import { goTo, tablePlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { formatBytes, formatCount } from "../../ui/format";
import { InspectorSlot } from "../plans/inspector-slot";
import { copyText } from "../task-inspector/copy";
import { faceOf, parseJson, plainOf } from "./cell-words";
import { JsonView } from "./json-view";
import { limitMs } from "./limits";
import { type CellLink, linkOf } from "./links";
import styles from "./row-panel.module.css";
import { useSchema } from "./schema-store";

type CellPlace = OperationInput<"explorer.cell">["place"];

interface RowPanelProps {
  readonly number: number;
  readonly table: string | null;
  readonly columns: readonly ResultColumn[];
  readonly cells: readonly Cell[];
  /** How the row is found again in its table; null: it cannot be. */
  readonly rowKey: string | null;
  /** Where a value is read as a whole. */
  readonly placeOf: (column: number) => CellPlace | null;
  readonly onClose: () => void;
}

/** One row: its values, where they lead, and what names it. */
export function RowPanel({ number, table, columns, cells, rowKey, placeOf, onClose }: RowPanelProps) {
  const [query, setQuery] = useState("");
  const schema = useSchema((state) => state.schema);
  const source = schema?.tables.find(({ name }) => name === table);
  const isKey = (name: string): boolean =>
    source?.columns.some((column) => column.name === name && column.keyAt > 0) ?? false;
  const copyAll = (): void =>
    void copyText(
      JSON.stringify(
        Object.fromEntries(
          columns.map(({ name }, at) => [name, cells[at] === null ? null : plainOf(cells[at] ?? null)]),
        ),
        null,
        2,
      ),
      "The row",
    );
  return (
    <InspectorSlot label="Row">
      <header className={styles.head}>
        <h2>Row {formatCount(number)}</h2>
        {table !== null && <span className={styles.tag}>{table}</span>}
        <span className={styles.push} />
        <IconButton label="Copy as JSON" size="sm" onClick={copyAll}>
          <Braces size={14} />
        </IconButton>
        <IconButton label="Close" keys="Esc" size="sm" onClick={onClose}>
          <X size={14} />
        </IconButton>
      </header>
      <label className={styles.find}>
        <Search size={12} aria-hidden="true" />
        <input
          type="search"
          value={query}
          placeholder="Find in this row"
          aria-label="Find in this row"
          onChange={(event) => setQuery(event.target.value)}
        />
      </label>
      <div className={styles.body}>
        <dl className={styles.fields}>
          {columns.map((column, at) => (
            <Field
              // biome-ignore lint/suspicious/noArrayIndexKey: two columns of a result may have one name
              key={`${at}:${column.name}:${number}`}
              column={column}
              cell={cells[at] ?? null}
              isKey={isKey(column.column ?? column.name)}
              link={linkOf(schema, column, cells[at] ?? null)}
              query={query.trim()}
              place={placeOf(at)}
            />
          ))}
        </dl>
        {table !== null && rowKey !== null && <References table={table} rowKey={rowKey} />}
      </div>
    </InspectorSlot>
  );
}

interface FieldProps {
  readonly column: ResultColumn;
  readonly cell: Cell;
  readonly isKey: boolean;
  readonly link: CellLink | null;
  readonly query: string;
  readonly place: CellPlace | null;
}

const LONG = 80;

function Field({ column, cell, isKey, link, query, place }: FieldProps) {
  const [whole, setWhole] = useState<{ readonly text: string; readonly note: string | null } | null>(null);
  const [isOpen, setOpen] = useState(false);
  const face = faceOf(cell);
  const text = whole?.text ?? plainOf(cell);
  const json = cell === null ? null : parseJson(text);
  const isMatch = query !== "" && (column.name + text).toLowerCase().includes(query.toLowerCase());
  const isCut = whole === null && typeof cell === "object" && cell !== null && cell.kind !== "integer";
  const isLong = json !== null || text.length > LONG || text.includes("\n");
  const shown = isOpen || (isMatch && isLong);
  return (
    <div data-found={isMatch || undefined}>
      <dt title={column.type ?? ""}>
        {isKey ? <KeyRound size={12} aria-label="Key" /> : link !== null && <Link2 size={12} aria-label="Link" />}
        {column.name}
      </dt>
      <dd>
        {link === null ? (
          <span className={styles.value} data-kind={face.kind}>
            {face.text.slice(0, LONG)}
            {face.text.length > LONG && "…"}
          </span>
        ) : (
          <>
            <button
              type="button"
              className={styles.link}
              onClick={() => goTo(tablePlace(link.table, [{ column: link.column, operator: "=", value: link.value }]))}
            >
              {face.text}
            </button>
            {link.entity !== null && <EntityLink entity={link.entity} />}
          </>
        )}
        {(isLong || isCut) && (
          <span className={styles.more}>
            {isCut && place !== null && (
              <button type="button" onClick={() => void load(place, setWhole).then(() => setOpen(true))}>
                Load whole
              </button>
            )}
            {isLong && (
              <button type="button" aria-expanded={shown} onClick={() => setOpen(!shown)}>
                {shown ? "Fold" : "View"}
              </button>
            )}
          </span>
        )}
      </dd>
      {shown && (
        <dd className={styles.unfolded}>
          {json === null ? (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
            <pre tabIndex={0}>{text}</pre>
          ) : (
            <JsonView value={json} query={query} />
          )}
          {whole?.note != null && <p>{whole.note}</p>}
          <Button size="xs" onClick={() => void copyText(text, column.name)}>
            Copy
          </Button>
        </dd>
      )}
    </div>
  );
}

function EntityLink({ entity }: { readonly entity: NonNullable<CellLink["entity"]> }) {
  return (
    <button type="button" className={styles.entity} onClick={() => goTo(entity.place)}>
      {entity.label}
      <ArrowRight size={12} />
    </button>
  );
}

async function load(
  place: CellPlace,
  show: (whole: { readonly text: string; readonly note: string | null }) => void,
): Promise<void> {
  try {
    const { kind, text, length, isCut } = await call("explorer.cell", { place, asker: "cell", limitMs: limitMs() });
    const size = kind === "blob" ? formatBytes(length) : `${formatCount(length)} characters`;
    show({ text, note: isCut ? `The beginning of ${size}. Export the row to have all of it.` : null });
  } catch (error) {
    show({ text: "", note: messageOf(error) });
  }
}

function References({ table, rowKey }: { readonly table: string; readonly rowKey: string }) {
  const [found, setFound] = useState<readonly RowReference[] | null>(null);
  useEffect(() => {
    let isGone = false;
    setFound(null);
    call("explorer.references", { table, key: rowKey, asker: "references", limitMs: limitMs() })
      .then((references) => {
        if (!isGone) setFound(references);
      })
      .catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, [table, rowKey]);
  if (found === null || found.length === 0) return null;
  return (
    <section className={styles.references}>
      <h3>Referenced by</h3>
      <ul>
        {found.map(({ table: child, column, value, rows }) => (
          <li key={`${child}.${column}`}>
            <button
              type="button"
              disabled={rows === 0}
              onClick={() => goTo(tablePlace(child, [{ column, operator: "=", value }]))}
            >
              <span className={styles.mono}>{child}</span>
              <small>{column}</small>
              <b>{rows >= MOST_REFERENCES ? `${formatCount(rows)}+` : formatCount(rows)}</b>
              <ArrowRight size={12} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
