import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import { formatCount } from "../../ui/format";
import styles from "./row-panel.module.css";

interface JsonViewProps {
  readonly value: unknown;
  /** What is looked for: places that hold it are open, and marked. */
  readonly query: string;
}

/** A JSON value as a tree: lists and objects are folded below the first level. */
export function JsonView({ value, query }: JsonViewProps) {
  return (
    <div className={styles.json}>
      <Node name={null} value={value} depth={0} query={query.toLowerCase()} />
    </div>
  );
}

/** Of longer lists and objects the first are shown; while something is looked for, the first that hold it. */
const MOST_CHILDREN = 200;
/** What lies deeper is not searched, and opened by hand only: a text of a million brackets is JSON, too. */
const DEEPEST = 60;

interface NodeProps {
  readonly name: string | null;
  readonly value: unknown;
  readonly depth: number;
  readonly query: string;
}

function Node({ name, value, depth, query }: NodeProps) {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const children = childrenOf(value);
  const isFound = query !== "" && name !== null && name.toLowerCase().includes(query);
  if (children === null) {
    return (
      <div className={styles.jsonLine} style={{ paddingLeft: depth * 14 + 14 }}>
        {name !== null && <b data-found={isFound || undefined}>{name}</b>}
        <Leaf value={value} query={query} />
      </div>
    );
  }
  const isSearched = query !== "" && depth < DEEPEST;
  const isOpen = chosen ?? (depth === 0 || (isSearched && holds(value, query)));
  const isList = Array.isArray(value);
  const shown = isOpen ? firstOf(children, isSearched ? query : "") : [];
  return (
    <>
      <button
        type="button"
        className={styles.jsonLine}
        style={{ paddingLeft: depth * 14 }}
        aria-expanded={isOpen}
        onClick={() => setChosen(!isOpen)}
      >
        {isOpen ? <ChevronDown size={12} /> : <ChevronRight size={12} />}
        {name !== null && <b data-found={isFound || undefined}>{name}</b>}
        <i>{isList ? `[${children.length}]` : `{${children.length}}`}</i>
      </button>
      {shown.map(([key, child]) => (
        <Node key={key} name={key} value={child} depth={depth + 1} query={query} />
      ))}
      {isOpen && children.length > MOST_CHILDREN && (
        <div className={styles.jsonLine} style={{ paddingLeft: depth * 14 + 28 }}>
          <i>and {formatCount(children.length - shown.length)} more</i>
        </div>
      )}
    </>
  );
}

function Leaf({ value, query }: { readonly value: unknown; readonly query: string }) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const isFound = query !== "" && text.toLowerCase().includes(query);
  return (
    <span data-type={value === null ? "null" : typeof value} data-found={isFound || undefined}>
      {text}
    </span>
  );
}

function childrenOf(value: unknown): readonly (readonly [string, unknown])[] | null {
  if (typeof value !== "object" || value === null) return null;
  return Object.entries(value);
}

type Child = readonly [string, unknown];

/** The children to show. */
export function firstOf(children: readonly Child[], query: string): readonly Child[] {
  if (children.length <= MOST_CHILDREN) return children;
  const found =
    query === "" ? [] : children.filter(([name, child]) => name.toLowerCase().includes(query) || holds(child, query));
  return (found.length === 0 ? children : found).slice(0, MOST_CHILDREN);
}

/** Whether a name or a value somewhere in it, but not too deep, holds the words. */
export function holds(value: unknown, query: string, depth = 0): boolean {
  const children = childrenOf(value);
  if (children === null) return String(value).toLowerCase().includes(query);
  if (depth > DEEPEST) return false;
  return children.some(([name, child]) => name.toLowerCase().includes(query) || holds(child, query, depth + 1));
}
