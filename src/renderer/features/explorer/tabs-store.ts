import { create } from "zustand";
import type { ColumnFilter, TableOrder } from "../../../shared/model/explorer";
import { goTo, queryPlace, tablePlace } from "../../location";

export interface QueryTab {
  readonly kind: "query";
  readonly id: string;
  /** Null: it is called by its text. */
  readonly name: string | null;
  readonly text: string;
  /** The text as it was saved; null: it was not. */
  readonly saved: string | null;
}

export interface TableTab {
  readonly kind: "table";
  readonly id: string;
  readonly table: string;
  readonly filters: readonly ColumnFilter[];
  readonly order: TableOrder | null;
}

export type ExplorerTab = QueryTab | TableTab;

interface TabsState {
  readonly tabs: readonly ExplorerTab[];
  /** The one looked at last. */
  readonly active: string | null;
}

const KEY = "explorer-tabs";
const MOST_TABS = 20;
const FIRST_QUERY = "SELECT status, count(*) AS tasks\nFROM tasks\nGROUP BY status\nORDER BY tasks DESC;\n";

function read(): TabsState {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "");
    if (typeof kept === "object" && kept !== null && "tabs" in kept && Array.isArray(kept.tabs)) {
      const tabs = kept.tabs.filter(isTab);
      const active = "active" in kept && typeof kept.active === "string" ? kept.active : null;
      if (tabs.length > 0) return { tabs, active };
    }
  } catch {
    // Nothing was kept, or not by us.
  }
  const first = queryTab(FIRST_QUERY);
  return { tabs: [first], active: first.id };
}

function isTab(value: unknown): value is ExplorerTab {
  if (typeof value !== "object" || value === null || !("kind" in value) || !("id" in value)) return false;
  if (value.kind === "query") return "text" in value && typeof value.text === "string" && typeof value.id === "string";
  return value.kind === "table" && "table" in value && typeof value.table === "string" && "filters" in value;
}

function queryTab(text: string, name: string | null = null): QueryTab {
  const id = `q${Date.now().toString(36)}${Math.floor(performance.now() * 1_000).toString(36)}`;
  return { kind: "query", id, name, text, saved: name === null ? null : text };
}

export const useTabs = create<TabsState>()(read);
useTabs.subscribe((state) => window.localStorage.setItem(KEY, JSON.stringify(state)));

/** Opens a query in a tab of its own. */
export function openQuery(text = "", name: string | null = null): void {
  const known = useTabs.getState().tabs.find((tab) => tab.kind === "query" && name !== null && tab.name === name);
  const tab = known ?? queryTab(text, name);
  if (known === undefined) useTabs.setState(({ tabs }) => ({ tabs: [...tabs, tab].slice(-MOST_TABS), active: tab.id }));
  goTo(queryPlace(tab.id));
}

/** A query that was linked and is not there any more is a new one. */
export function takeQuery(id: string): void {
  if (useTabs.getState().tabs.some((tab) => tab.id === id)) useTabs.setState({ active: id });
  else openQuery();
}

/** The tab of a table as it is looked at now. */
export function takeTable(table: string, filters: readonly ColumnFilter[], order: TableOrder | null): void {
  const id = `t:${table}`;
  const tab: TableTab = { kind: "table", id, table, filters, order };
  useTabs.setState(({ tabs }) => ({
    active: id,
    tabs: tabs.some((known) => known.id === id)
      ? tabs.map((known) => (known.id === id ? tab : known))
      : [...tabs, tab].slice(-MOST_TABS),
  }));
}

export function changeQuery(id: string, change: Partial<Pick<QueryTab, "text" | "name" | "saved">>): void {
  useTabs.setState(({ tabs }) => ({
    tabs: tabs.map((tab) => (tab.kind === "query" && tab.id === id ? { ...tab, ...change } : tab)),
  }));
}

export function showTab(tab: ExplorerTab, how: { readonly replace?: boolean } = {}): void {
  goTo(tab.kind === "query" ? queryPlace(tab.id) : tablePlace(tab.table, tab.filters, tab.order), how);
}

/** Closing the last one leaves an empty query. */
export function closeTab(id: string): void {
  const { tabs, active } = useTabs.getState();
  const at = tabs.findIndex((tab) => tab.id === id);
  const rest = tabs.filter((tab) => tab.id !== id);
  const left = rest.length === 0 ? [queryTab("")] : rest;
  const next = left[Math.min(Math.max(0, at), left.length - 1)];
  useTabs.setState({ tabs: left, active: active === id ? (next?.id ?? null) : active });
  if (active === id && next !== undefined) showTab(next);
}

/** What a tab is called: its name, or the beginning of its text without comments. */
export function titleOf(tab: ExplorerTab): string {
  if (tab.kind === "table") return tab.table;
  if (tab.name !== null) return tab.name;
  const comment = /^\s*--\s*(.+)/.exec(tab.text)?.[1];
  const words = (comment ?? tab.text).trim().replaceAll(/\s+/g, " ");
  return words === "" ? "New query" : words.slice(0, 40);
}
