import { Lock, LockOpen, Plus, SquareTerminal, Table2, TimerReset, X } from "lucide-react";
import { useEffect, useRef } from "react";
import type { ExplorerPlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { useHotkeys } from "../../ui/hotkeys";
import { Menu, MenuChoice, MenuHeading } from "../../ui/menu";
import { Page } from "../../ui/page";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./explorer.module.css";
import { HistoryPanel } from "./history-panel";
import { LIMITS, setLimit, useLimit } from "./limits";
import { loadSchema, useSchema } from "./schema-store";
import { SchemaTree } from "./schema-tree";
import { SqlTab } from "./sql-tab";
import { TableTab } from "./table-tab";
import { closeTab, type ExplorerTab, openQuery, showTab, takeQuery, takeTable, titleOf, useTabs } from "./tabs-store";
import { askToWrite, loadWriteMode, stopWriting, useWriting } from "./write-store";

/** The database as it is: tables, free SQL, and, when it is allowed, a careful hand. */
export function ExplorerView({ place }: { readonly place: ExplorerPlace }) {
  useEffect(() => {
    if (useSchema.getState().schema === null) void loadSchema();
    void loadWriteMode();
  }, []);
  const tab = useTabOf(place);
  const isOn = useWriting((state) => state.mode.isOn);
  const reason = useWriting((state) => state.mode.reason);
  const find = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLTableElement>(null);
  useKeys(tab, () => find.current?.focus());
  return (
    <Page label="Explorer">
      <div className={styles.explorer} data-writing={isOn || undefined}>
        <h1 className={styles.hidden}>Explorer</h1>
        <aside className={styles.side} aria-label="Schema and history">
          <SchemaTree
            findRef={find}
            current={tab?.kind === "table" ? tab.table : null}
            onLeave={() => {
              if (grid.current !== null) grid.current.focus();
              else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
            }}
          />
          <HistoryPanel />
        </aside>
        <div className={styles.work}>
          <TabStrip current={tab} />
          {isOn && (
            <div className={styles.writing} role="status">
              <LockOpen size={14} />
              <b>Write mode.</b>
              <span title={reason ?? undefined}>
                SQL may change rows: each change is shown before it is committed. Reason: {reason}
              </span>
              <Button size="sm" variant="danger-quiet" onClick={() => void stopWriting()}>
                Turn it off
              </Button>
            </div>
          )}
          {tab?.kind === "query" && <SqlTab key={tab.id} tab={tab} gridRef={grid} />}
          {tab?.kind === "table" && (
            <TableTab key={tab.table} table={tab.table} filters={tab.filters} order={tab.order} gridRef={grid} />
          )}
        </div>
      </div>
    </Page>
  );
}

/** The tab that the place names; one that names none is the one looked at last. */
function useTabOf({ show }: ExplorerPlace): ExplorerTab | null {
  const { tabs, active } = useTabs();
  const asked = JSON.stringify(show);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place as text
  useEffect(() => {
    if (show?.kind === "query") takeQuery(show.queryId);
    else if (show?.kind === "table") takeTable(show.table, show.filters, show.order);
    else {
      const last = tabs.find(({ id }) => id === active) ?? tabs[0];
      if (last !== undefined) showTab(last, { replace: true });
    }
  }, [asked]);
  if (show === null) return null;
  if (show.kind === "table") return { ...show, id: `t:${show.table}` };
  return tabs.find(({ id }) => id === show.queryId) ?? null;
}

function useKeys(tab: ExplorerTab | null, find: () => void): void {
  const step = (way: 1 | -1): void => {
    const { tabs } = useTabs.getState();
    const at = tabs.findIndex(({ id }) => id === tab?.id);
    const next = tabs[(at + way + tabs.length) % tabs.length];
    if (next !== undefined) showTab(next);
  };
  useHotkeys({
    group: "Explorer",
    hotkeys: [
      { keys: ["/"], label: "Find a table", hint: { keys: ["/"], label: "Tables" }, run: find },
      { keys: ["q"], label: "New query", hint: true, run: () => openQuery() },
      { keys: ["Shift+J"], label: "Next tab", run: () => step(1) },
      { keys: ["Shift+K"], label: "Previous tab", run: () => step(-1) },
      {
        keys: ["Shift+W"],
        label: "Close the tab",
        disabled: tab === null,
        run: () => {
          if (tab !== null) closeTab(tab.id);
        },
      },
    ],
  });
}

const bringIntoSight = (item: HTMLElement | null): void =>
  item?.scrollIntoView({ block: "nearest", inline: "nearest" });

function TabStrip({ current }: { readonly current: ExplorerTab | null }) {
  const tabs = useTabs((state) => state.tabs);
  const isOn = useWriting((state) => state.mode.isOn);
  const limit = useLimit((state) => state.seconds);
  const readOnly = useReadOnlyReason();
  return (
    <div className={styles.strip}>
      <ul className={styles.tabs} aria-label="Open queries and tables">
        {tabs.map((tab) => {
          const title = titleOf(tab);
          const isEdited = tab.kind === "query" && tab.saved !== null && tab.saved !== tab.text;
          return (
            <li
              key={tab.id}
              ref={tab.id === current?.id ? bringIntoSight : undefined}
              data-current={tab.id === current?.id || undefined}
            >
              <button
                type="button"
                aria-current={tab.id === current?.id ? "page" : undefined}
                title={title}
                onClick={() => showTab(tab)}
              >
                {tab.kind === "table" ? <Table2 size={13} /> : <SquareTerminal size={13} />}
                <span>{title}</span>
                {isEdited && <i role="img" aria-label="Edited since it was saved" />}
              </button>
              <IconButton label={`Close ${title}`} size="xs" onClick={() => closeTab(tab.id)}>
                <X size={12} />
              </IconButton>
            </li>
          );
        })}
      </ul>
      <IconButton label="New query" keys="Q" size="sm" onClick={() => openQuery()}>
        <Plus size={14} />
      </IconButton>
      <span className={styles.push} />
      {!isOn && (
        <Button size="sm" icon={<Lock size={12} />} disabledReason={readOnly} onClick={askToWrite}>
          Read-only
        </Button>
      )}
      <Menu
        align="end"
        trigger={
          <Button size="sm" icon={<TimerReset size={12} />}>
            Limit {limit} s
          </Button>
        }
      >
        <MenuHeading>A query is stopped after</MenuHeading>
        {LIMITS.map((seconds) => (
          <MenuChoice key={seconds} isChosen={seconds === limit} onSelect={() => setLimit(seconds)}>
            {seconds < 60 ? `${seconds} seconds` : `${seconds / 60} minutes`}
          </MenuChoice>
        ))}
      </Menu>
    </div>
  );
}
