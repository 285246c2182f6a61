import { useMemo } from "react";
import type { AuditRow } from "../../../shared/model/log-views";
import type { EventsPlace } from "../../location";
import { Page, PageBody } from "../../ui/page";
import { AuditInspector } from "./audit-inspector";
import { openAudit, readEntry } from "./events-store";
import { FilterBar } from "./filter-bar";
import { LogBody } from "./log-body";
import { AUDIT_COLUMNS } from "./log-columns";
import { LogSwitch, leaveField, NO_TERMS, useFilter, useStream } from "./log-place";

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
        <LogBody
          place={place}
          stream={stream}
          columns={AUDIT_COLUMNS}
          what="act"
          read={readAct}
          isFiltered={terms.length > 0}
          onClear={() => setQuery("")}
          inspect={(row, { close }) => <AuditInspector act={row} onClose={close} onFilter={add} />}
        />
      )}
    </Page>
  );
}
