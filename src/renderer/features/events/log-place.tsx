import { SearchX } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { formatLogFilter, type LogTerm, parseLogFilter, withTerm } from "../../../shared/model/log-filter-text";
import { type EventsPlace, eventsPlace, goTo } from "../../location";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { shortId } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Segmented } from "../../ui/segmented";
import inspector from "./inspector.module.css";
import type { LogStream } from "./log-stream";

/* What both logs have in common: their place in the window, their filter, and the entry that is inspected. */

export const NO_TERMS: readonly LogTerm[] = [];

const LOGS = [
  { value: "events" as const, label: "What happened" },
  { value: "audit" as const, label: "What people did" },
];
const goToLog = (log: EventsPlace["log"]): void => goTo(eventsPlace("", { log }));

export function LogSwitch({ log }: { readonly log: EventsPlace["log"] }) {
  return <Segmented label="Which log" isFramed options={LOGS} value={log} onChange={goToLog} />;
}

/** A stream that lives as long as it is shown. */
export function useStream<Row>(open: () => { stream: LogStream<Row>; end: () => void }): LogStream<Row> | null {
  const [stream, setStream] = useState<LogStream<Row> | null>(null);
  useEffect(() => {
    const opened = open();
    setStream(opened.stream);
    return () => {
      opened.end();
      setStream(null);
    };
  }, [open]);
  return stream;
}

/** The filter that the address holds. */
export function useFilter(place: EventsPlace) {
  const { log, query } = place;
  const { terms, problems } = useMemo(() => parseLogFilter(log, query, Date.now()), [log, query]);
  const setQuery = (next: string): void => goTo({ ...place, query: next, cursor: null });
  return {
    terms: terms.length === 0 ? NO_TERMS : terms,
    problem: problems[0] ?? null,
    setQuery,
    add: (...more: readonly LogTerm[]) => setQuery(formatLogFilter(more.reduce(withTerm, [...terms]))),
  };
}

/** The one that is inspected: from the list, or read by its place. */
export function useEntry<Row extends { readonly cursor: string }>(
  rows: readonly Row[],
  cursor: string | null,
  read: (cursor: string) => Promise<Row | null>,
): { readonly row: Row | null; readonly isGone: boolean } {
  const listed = cursor === null ? undefined : rows.find((row) => row.cursor === cursor);
  const [found, setFound] = useState<{ cursor: string; row: Row | null } | null>(null);
  useEffect(() => {
    if (listed !== undefined) {
      setFound({ cursor: listed.cursor, row: listed });
      return undefined;
    }
    if (cursor === null) return undefined;
    let isOver = false;
    read(cursor)
      .then((row) => {
        if (!isOver) setFound((known) => (known?.cursor === cursor && known.row !== null ? known : { cursor, row }));
      })
      .catch(() => undefined);
    return () => {
      isOver = true;
    };
  }, [cursor, listed, read]);
  const row = listed ?? (found?.cursor === cursor ? found.row : null) ?? null;
  return { row, isGone: cursor !== null && row === null && found?.cursor === cursor };
}

/** Opens and closes the inspector. */
export function useEntryKeys(place: EventsPlace): {
  readonly open: (cursor: string) => void;
  readonly close: () => void;
} {
  const close = (): void => goTo({ ...place, cursor: null });
  useHotkeys({
    group: "Inspector",
    hotkeys: [{ keys: ["Escape"], label: "Close the inspector", disabled: place.cursor === null, run: close }],
  });
  return { open: (cursor) => goTo({ ...place, cursor }, { replace: place.cursor !== null }), close };
}

export function Gone({ what, onClose }: { readonly what: string; readonly onClose: () => void }) {
  return (
    <div className={inspector.inspector}>
      <EmptyState
        icon={<SearchX size={20} />}
        title={`This ${what} is not in the database`}
        actions={<Button onClick={onClose}>Close</Button>}
      >
        Another program may have deleted it, or the link is of another database.
      </EmptyState>
    </div>
  );
}

/** What the keys move in; null: nothing is listed. */
export const rowsOfLog = (): HTMLElement | null => document.querySelector<HTMLElement>('main [role="grid"]');

/** The rows take the keys again. */
export function leaveField(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  rowsOfLog()?.focus({ preventScroll: true });
}

/** A correlation on little room: of an id its end, which tells it apart; a name as it is. */
export const shortCorrelation = (id: string): string => (/^[0-9a-f-]{20,}$/i.test(id) ? shortId(id) : id);
