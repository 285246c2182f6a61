import { type ReactNode, useEffect, useState } from "react";
import { useStore } from "zustand";
import type { EventsPlace } from "../../location";
import type { DataColumn } from "../../ui/data-table/data-table";
import { PageBody } from "../../ui/page";
import { InspectorSlot } from "../plans/inspector-slot";
import { LogList } from "./log-list";
import { Gone, useEntry, useEntryKeys } from "./log-place";
import type { LogStream } from "./log-stream";

/** What opens and closes the inspector. */
interface Opening {
  readonly open: (cursor: string) => void;
  readonly close: () => void;
}

interface LogBodyProps<Row extends { readonly cursor: string }> {
  readonly place: EventsPlace;
  readonly stream: LogStream<Row>;
  readonly columns: ReadonlyArray<DataColumn<Row>>;
  /** One of them in words: an event, an act. */
  readonly what: string;
  /** Reads one by its place. Keeps its identity. */
  readonly read: (cursor: string) => Promise<Row | null>;
  readonly isFiltered: boolean;
  readonly onClear: () => void;
  readonly inspect: (row: Row, opening: Opening) => ReactNode;
  /** Above the list. */
  readonly children?: ReactNode;
}

/** A log as a list, with one of it in the inspector. */
export function LogBody<Row extends { readonly cursor: string }>(props: LogBodyProps<Row>) {
  const { place, stream, columns, what, read, isFiltered, onClear, inspect, children } = props;
  const rows = useStore(stream.store, (state) => state.rows);
  const opening = useEntryKeys(place);
  const { row, isGone } = useEntry(rows, place.cursor, read);
  const [cursor, setCursor] = useState(place.cursor);
  useEffect(() => {
    if (place.cursor !== null) setCursor(place.cursor);
  }, [place.cursor]);
  return (
    <PageBody
      beside={
        place.cursor !== null && (
          <InspectorSlot label={`${what.charAt(0).toUpperCase()}${what.slice(1)} inspector`}>
            {row !== null ? inspect(row, opening) : isGone && <Gone what={what} onClose={opening.close} />}
          </InspectorSlot>
        )
      }
    >
      {children}
      <LogList
        log={place.log}
        stream={stream}
        columns={columns}
        isFiltered={isFiltered}
        cursor={cursor}
        onCursor={place.cursor === null ? setCursor : opening.open}
        onOpen={opening.open}
        onClear={onClear}
      />
    </PageBody>
  );
}
