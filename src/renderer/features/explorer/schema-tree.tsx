import {
  ChevronDown,
  ChevronRight,
  Eye,
  KeyRound,
  Link2,
  ListTree,
  RefreshCw,
  Search,
  Table2,
  Zap,
} from "lucide-react";
import { type ReactNode, type RefObject, useMemo, useState } from "react";
import type { RowCount, SchemaTable } from "../../../shared/model/explorer";
import { messageOf } from "../../api";
import { goTo, tablePlace } from "../../location";
import { IconButton } from "../../ui/button";
import { formatCount } from "../../ui/format";
import { loadSchema, useSchema } from "./schema-store";
import styles from "./schema-tree.module.css";

interface SchemaTreeProps {
  readonly findRef: RefObject<HTMLInputElement | null>;
  /** The table that is shown. */
  readonly current: string | null;
  /** Where the focus goes from the field. */
  readonly onLeave: () => void;
}

interface Group {
  readonly id: string;
  readonly label: string;
  readonly isFolded: boolean;
  readonly accepts: (table: SchemaTable) => boolean;
}

const GROUPS: readonly Group[] = [
  {
    id: "tables",
    label: "Tables",
    isFolded: false,
    accepts: ({ type, isInternal }) => type === "table" && !isInternal,
  },
  { id: "views", label: "Views", isFolded: false, accepts: ({ type, isInternal }) => type === "view" && !isInternal },
  {
    id: "other",
    label: "Virtual tables",
    isFolded: false,
    accepts: ({ type, isInternal }) => (type === "virtual" || type === "shadow") && !isInternal,
  },
  { id: "console", label: "Console and SQLite", isFolded: true, accepts: ({ isInternal }) => isInternal },
];

/** Tables, views and what belongs to them. */
export function SchemaTree({ findRef, current, onLeave }: SchemaTreeProps) {
  const { schema, error, isLoading } = useSchema();
  const [query, setQuery] = useState("");
  const words = query.trim().toLowerCase();
  const found = useMemo(
    () => (schema?.tables ?? []).filter((table) => words === "" || matches(table, words)),
    [schema, words],
  );
  return (
    <section className={styles.tree} aria-label="Tables">
      <div className={styles.treeHead}>
        <label className={styles.search}>
          <Search size={13} aria-hidden="true" />
          <input
            ref={findRef}
            type="search"
            value={query}
            placeholder="Find tables"
            aria-label="Find a table or a column"
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              const first = found.find(({ name }) => name.toLowerCase().startsWith(words)) ?? found[0];
              if (event.key === "Enter" && first !== undefined) {
                event.preventDefault();
                setQuery("");
                goTo(tablePlace(first.name));
                onLeave();
              } else if (event.key === "Escape") {
                event.stopPropagation();
                setQuery("");
                onLeave();
              }
            }}
          />
        </label>
        <IconButton label="Read the tables again" size="sm" onClick={() => void loadSchema()}>
          <RefreshCw size={13} />
        </IconButton>
      </div>
      <div className={styles.treeBody}>
        {error !== null && <p className={styles.trouble}>{messageOf(error)}</p>}
        {schema === null && isLoading && <p className={styles.note}>Reading the tables…</p>}
        {schema !== null && found.length === 0 && (
          <p className={styles.note}>
            No table or column has “{query.trim()}”.{" "}
            <button type="button" onClick={() => setQuery("")}>
              Show all
            </button>
          </p>
        )}
        {GROUPS.map((group) => (
          <TreeGroup
            key={group.id}
            group={group}
            tables={found.filter(group.accepts)}
            current={current}
            isSearched={words !== ""}
          />
        ))}
      </div>
    </section>
  );
}

const matches = ({ name, columns }: SchemaTable, words: string): boolean =>
  name.toLowerCase().includes(words) || columns.some((column) => column.name.toLowerCase().includes(words));

interface TreeGroupProps {
  readonly group: Group;
  readonly tables: readonly SchemaTable[];
  readonly current: string | null;
  readonly isSearched: boolean;
}

function TreeGroup({ group, tables, current, isSearched }: TreeGroupProps) {
  const [isOpen, setOpen] = useState(!group.isFolded);
  if (tables.length === 0) return null;
  const shown = isOpen || isSearched;
  return (
    <div>
      <button type="button" className={styles.group} aria-expanded={shown} onClick={() => setOpen(!isOpen)}>
        {shown ? <ChevronDown size={12} /> : <ChevronRight size={12} />}
        {group.label} <small>{formatCount(tables.length)}</small>
      </button>
      {shown && (
        <ul>
          {tables.map((table) => (
            <TreeTable key={table.name} table={table} isCurrent={table.name === current} />
          ))}
        </ul>
      )}
    </div>
  );
}

function TreeTable({ table, isCurrent }: { readonly table: SchemaTable; readonly isCurrent: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const count = useSchema((state) => state.counts[table.name]);
  const { words, title } = countWords(count);
  return (
    <li>
      <div className={styles.treeRow} data-current={isCurrent || undefined}>
        <button
          type="button"
          className={styles.twist}
          aria-expanded={isOpen}
          aria-label={`Columns of ${table.name}`}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? <ChevronDown size={12} /> : <ChevronRight size={12} />}
        </button>
        <button
          type="button"
          className={styles.treeName}
          aria-current={isCurrent || undefined}
          title={table.trouble ?? table.name}
          onClick={() => goTo(tablePlace(table.name))}
        >
          {table.type === "view" ? <Eye size={13} /> : <Table2 size={13} />}
          <span data-trouble={table.trouble !== null || undefined}>{table.name}</span>
          <small title={title}>{words}</small>
        </button>
      </div>
      {isOpen && <TableParts table={table} />}
    </li>
  );
}

/** A number, with what it is worth. */
function countWords(count: RowCount | "late" | undefined): { readonly words: string; readonly title: string } {
  if (count === undefined) return { words: "", title: "" };
  if (count === "late") return { words: "?", title: "It takes too long to count" };
  const rows = formatCount(count.rows);
  if (count.exactness === "exact") return { words: rows, title: `${rows} rows` };
  if (count.exactness === "about") {
    return { words: `~${shortCount(count.rows)}`, title: `About ${rows} rows, by the highest row id` };
  }
  return { words: `>${shortCount(count.rows)}`, title: `More than ${rows} rows` };
}

const shortCount = (rows: number): string =>
  rows >= 1_000_000 ? `${(rows / 1_000_000).toFixed(2)} M` : formatCount(rows);

function TableParts({ table }: { readonly table: SchemaTable }) {
  const linked = new Map(table.foreignKeys.flatMap((key) => key.columns.map((name) => [name, key] as const)));
  return (
    <ul className={styles.parts}>
      {table.trouble !== null && <li className={styles.trouble}>{table.trouble}</li>}
      {table.columns.map(({ name, type, keyAt, isRequired, isGenerated, defaultSql }) => {
        const link = linked.get(name);
        const facts = [
          type,
          ...(keyAt > 0 ? ["primary key"] : []),
          ...(isRequired ? ["not null"] : []),
          ...(isGenerated ? ["generated"] : []),
          ...(defaultSql === null ? [] : [`default ${defaultSql}`]),
          ...(link === undefined
            ? []
            : [`to ${link.table} (${link.to.join(", ")}), on delete ${link.onDelete.toLowerCase()}`]),
        ];
        return (
          <Part
            key={name}
            icon={keyAt > 0 ? <KeyRound size={12} /> : link !== undefined && <Link2 size={12} />}
            name={name}
            detail={type}
            title={facts.join(", ")}
          />
        );
      })}
      {table.indexes.map(({ name, isUnique, columns, sql }) => (
        <Part
          key={`index ${name}`}
          icon={<ListTree size={12} />}
          name={columns.map((column) => column ?? "(…)").join(", ")}
          detail={isUnique ? "unique" : "index"}
          title={sql ?? name}
        />
      ))}
      {table.triggers.map(({ name, sql }) => (
        <Part key={`trigger ${name}`} icon={<Zap size={12} />} name={name} detail="trigger" title={sql} />
      ))}
    </ul>
  );
}

interface PartProps {
  readonly icon: ReactNode;
  readonly name: string;
  readonly detail: string;
  readonly title: string;
}

function Part({ icon, name, detail, title }: PartProps) {
  return (
    <li title={title}>
      <span>{icon}</span>
      <code>{name}</code>
      <small>{detail}</small>
    </li>
  );
}
