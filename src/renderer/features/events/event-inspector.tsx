import { Copy, SearchX, X } from "lucide-react";
import { useEffect, useState } from "react";
import type { EventRow } from "../../../shared/model/log-views";
import { formatPlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { CodeEditor } from "../../ui/code-editor/code-editor";
import { JSON_TEXT } from "../../ui/code-editor/json";
import { EmptyState } from "../../ui/empty-state";
import { formatBytes, shortId } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { StatusGlyph } from "../../ui/status";
import { Tabs } from "../../ui/tabs";
import { lookOfEvent } from "../plan-events/event-words";
import { copyText } from "../task-inspector/copy";
import styles from "./inspector.module.css";
import { StampTime } from "./stamp-time";
import { learnSubjects, linksOf, type SubjectLink, subjectsOfEvent, useNames } from "./subjects";
import { TraceView } from "./trace-view";

interface EventInspectorProps {
  readonly event: EventRow;
  readonly onClose: () => void;
  readonly onOpen: (cursor: string) => void;
  readonly onFilter: (term: { readonly field: string; readonly value: string }) => void;
}

type Pane = "trace" | "payload" | "raw";

/** One event: what it belongs to, what it says, and what it speaks of. */
export function EventInspector({ event, onClose, onOpen, onFilter }: EventInspectorProps) {
  const [pane, setPane] = useState<Pane>("trace");
  const names = useNames();
  useEffect(() => learnSubjects([subjectsOfEvent(event)]), [event]);
  const links = linksOf(subjectsOfEvent(event), names);
  const [first] = links;
  useHotkeys({
    group: "Event",
    hotkeys: [
      { keys: ["t"], label: "Its trace", hint: { keys: ["t"], label: "Trace" }, run: () => setPane("trace") },
      { keys: ["y"], label: "Copy the event", run: () => void copyText(eventText(event), "the event") },
      {
        keys: ["o"],
        label: "Open what it speaks of",
        hint: { keys: ["o"], label: first === undefined ? "Open" : `Open ${first.kind.toLowerCase()}` },
        disabled: first === undefined,
        run: () => {
          if (first !== undefined) window.location.hash = formatPlace(first.place);
        },
      },
    ],
  });
  const payload = event.unreadable.includes("payload")
    ? String(event.payload ?? "")
    : JSON.stringify(event.payload, null, 2);
  return (
    <section className={styles.inspector} aria-label="Event">
      <header className={styles.head}>
        <div className={styles.title}>
          <StatusGlyph {...lookOfEvent(event)} size={16} />
          <h2 className="mono" title={event.type}>
            {event.type}
          </h2>
          <IconButton
            label="Copy the event"
            keys="y"
            size="sm"
            onClick={() => void copyText(eventText(event), "the event")}
          >
            <Copy size={14} />
          </IconButton>
          <IconButton label="Close" keys="Escape" size="sm" onClick={onClose}>
            <X size={14} />
          </IconButton>
        </div>
        <div className={styles.meta}>
          <StampTime at={event.at} />
          <button
            type="button"
            className={styles.source}
            title={`Only events of ${event.source}`}
            onClick={() => onFilter({ field: "source", value: event.source })}
          >
            {event.source}
          </button>
          <span className={styles.id} title={event.id}>
            {shortId(event.id)}
          </span>
        </div>
        {links.length > 0 && <Links links={links} />}
        {event.unreadable.length > 0 && (
          <p className={styles.trouble} role="status">
            Not as it should be: {event.unreadable.join(", ")}. Shown as it stands.
          </p>
        )}
      </header>
      <Tabs
        label="Event"
        value={pane}
        onChange={setPane}
        items={[
          {
            id: "trace",
            label: "Trace",
            panel:
              event.correlationId === null ? (
                <EmptyState icon={<SearchX size={20} />} title="It belongs to nothing">
                  Its writer gave it no correlation id, so nothing says what goes with it.
                </EmptyState>
              ) : (
                <TraceView
                  key={event.correlationId}
                  event={event}
                  correlationId={event.correlationId}
                  onOpen={onOpen}
                  onFilter={(value) => onFilter({ field: "correlation", value })}
                />
              ),
          },
          { id: "payload", label: "Payload", panel: <JsonPane text={payload ?? ""} name="payload" /> },
          { id: "raw", label: "Raw", panel: <JsonPane text={eventText(event)} name="event" /> },
        ]}
      />
    </section>
  );
}

export function Links({ links }: { readonly links: readonly SubjectLink[] }) {
  return (
    <ul className={styles.links} aria-label="What it speaks of">
      {links.map(({ kind, label, place }) => (
        <li key={`${kind} ${formatPlace(place)}`}>
          <span>{kind}</span>
          <a href={formatPlace(place)} title={label}>
            {label}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** JSON with what is large folded, to read and to copy. */
export function JsonPane({ text, name }: { readonly text: string; readonly name: string }) {
  return (
    <div className={styles.json}>
      <div className={styles.jsonBar}>
        <span>{formatBytes(new Blob([text]).size)}</span>
        <Button size="sm" icon={<Copy size={12} />} onClick={() => void copyText(text, `the ${name}`)}>
          Copy
        </Button>
      </div>
      <CodeEditor value={text} label={`The ${name}`} readOnly extensions={JSON_TEXT} />
    </div>
  );
}

/** The event as its row has it. */
export function eventText({ id, type, source, correlationId, at, payload, metadata }: EventRow): string {
  const row = {
    event_id: id,
    event_type: type,
    timestamp: at === null ? null : new Date(at).toISOString(),
    source_agent: source,
    correlation_id: correlationId,
    payload,
    metadata,
  };
  return JSON.stringify(row, null, 2);
}
