import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import type { LogTerm } from "../../../shared/model/log-filter-text";
import type { AuditRow } from "../../../shared/model/log-views";
import type { EventsPlace } from "../../location";
import { Page, PageBody } from "../../ui/page";
import { InspectorSlot } from "../plans/inspector-slot";
import { AuditInspector } from "./audit-inspector";
import { openAudit, readEntry } from "./events-store";
import { FilterBar } from "./filter-bar";
import { AUDIT_COLUMNS } from "./log-columns";
import { LogList } from "./log-list";
import { Gone, LogSwitch, leaveField, NO_TERMS, useEntry, useEntryKeys, useFilter, useStream } from "./log-place";
import type { LogStream } from "./log-stream";

const readAct = (cursor: string): Promise<AuditRow | null> => readEntry("audit", cursor);

/** What people did, and why. */
export function AuditStream({ place }: { readonly place: EventsPlace }) {
  const { terms, problem, setQuery, add } = useFilter(place);
  const open = useMemo(() => () => openAudit(terms), [terms]);
  const stream = useStream(open);
  return (
    <Page
      title="Audit log"
      tools={<LogSwitch log="audit" />}
      meta="Who did what, when and why. Nobody can change what is noted."
    >
      <FilterBar
        log="audit"
        terms={terms}
        addressProblem={problem}
        known={NO_TERMS}
        onFilter={setQuery}
        onLeave={leaveField}
      />
      {stream === null ? (
        <PageBody>{null}</PageBody>
      ) : (
        <AuditBody place={place} stream={stream} isFiltered={terms.length > 0} add={add} onClear={() => setQuery("")} />
      )}
    </Page>
  );
}

interface AuditBodyProps {
  readonly place: EventsPlace;
  readonly isFiltered: boolean;
  readonly add: (...terms: readonly LogTerm[]) => void;
  readonly onClear: () => void;
  readonly stream: LogStream<AuditRow>;
}

function AuditBody({ place, stream, isFiltered, add, onClear }: AuditBodyProps) {
  const rows = useStore(stream.store, (state) => state.rows);
  const { open, close } = useEntryKeys(place);
  const { row, isGone } = useEntry(rows, place.cursor, readAct);
  const [cursor, setCursor] = useState(place.cursor);
  useEffect(() => {
    if (place.cursor !== null) setCursor(place.cursor);
  }, [place.cursor]);
  return (
    <PageBody
      beside={
        place.cursor !== null && (
          <InspectorSlot label="Act inspector">
            {row !== null ? (
              <AuditInspector act={row} onClose={close} onFilter={add} />
            ) : (
              isGone && <Gone what="act" onClose={close} />
            )}
          </InspectorSlot>
        )
      }
    >
      <LogList
        log="audit"
        stream={stream}
        columns={AUDIT_COLUMNS}
        isFiltered={isFiltered}
        cursor={cursor}
        onCursor={place.cursor === null ? setCursor : open}
        onOpen={open}
        onClear={onClear}
      />
    </PageBody>
  );
}
