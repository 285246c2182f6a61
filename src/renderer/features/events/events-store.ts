import { create, type StoreApi } from "zustand";
import type { EventFigures, FigureRange } from "../../../shared/model/event-figures";
import { auditFilterOf, eventFilterOf, type FilteredLog, type LogTerm } from "../../../shared/model/log-filter-text";
import type { AuditRow, EventRow } from "../../../shared/model/log-views";
import { call } from "../../api";
import { keepLive } from "../../sync";
import { zoneOffset } from "../../time-format";
import { createLogStream, type LogStream, type LogStreamState } from "./log-stream";
import { learnSubjects, subjectsOfAct, subjectsOfEvent } from "./subjects";

const PAGE = 100;
const MOST_ROWS = 1_000;
const PATIENCE = 30_000;
/** Between two looks for what arrived: events of other programs are pushed by nobody. */
const LOOK_MS = 1_000;
/** Between two counts, by how long the bars are. */
const COUNT_MS: Readonly<Record<FigureRange, number>> = { "5m": 1_000, "15m": 1_000, "1h": 3_000, "24h": 10_000 };

export type ShownStream = LogStream<EventRow> | LogStream<AuditRow>;

function follow<Row>(stream: LogStream<Row>, learn: (rows: readonly Row[]) => void): () => void {
  const end = stream.store.subscribe((state, before) => {
    if (state.rows !== before.rows) learn(state.rows);
  });
  void stream.load();
  const look = (): void => {
    // The banner tells of trouble; the next look tries again.
    if (!document.hidden) void stream.look().catch(() => undefined);
  };
  const timer = setInterval(look, LOOK_MS);
  const endLive = keepLive({ patch: () => undefined, reload: look });
  return () => {
    clearInterval(timer);
    endLive();
    end();
    stream.close();
  };
}

const cursorOf = ({ cursor }: { readonly cursor: string }): string => cursor;

const OPTIONS = { cursorOf, now: Date.now, pageSize: PAGE, most: MOST_ROWS, patience: PATIENCE };

/** The events that match, live until the returned function is called. */
export function openEvents(terms: readonly LogTerm[]): { stream: LogStream<EventRow>; end: () => void } {
  const stream = createLogStream<EventRow>({
    ...OPTIONS,
    read: (place) => call("events.list", { ...eventFilterOf(terms, Date.now(), zoneOffset), ...place }),
  });
  return { stream, end: follow(stream, (rows) => learnSubjects(rows.map(subjectsOfEvent))) };
}

/** The acts of people that match, live until the returned function is called. */
export function openAudit(terms: readonly LogTerm[]): { stream: LogStream<AuditRow>; end: () => void } {
  const stream = createLogStream<AuditRow>({
    ...OPTIONS,
    read: (place) => call("audit.list", { ...auditFilterOf(terms, Date.now(), zoneOffset), ...place }),
  });
  return { stream, end: follow(stream, (rows) => learnSubjects(rows.map(subjectsOfAct))) };
}

export type StreamStore<Row> = StoreApi<LogStreamState<Row>>;

interface FiguresState {
  readonly figures: EventFigures | null;
  readonly error: unknown;
}

export const useFigures = create<FiguresState>()(() => ({ figures: null, error: null }));

/** Counts the events that match until the returned function is called. */
export function startFigures(terms: readonly LogTerm[], range: FigureRange): () => void {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const count = async (): Promise<void> => {
    let isCounting = false;
    try {
      if (!document.hidden) {
        const figures = await call("events.figures", { ...eventFilterOf(terms, Date.now(), zoneOffset), range });
        isCounting = figures.isCounting;
        if (!isOver) useFigures.setState({ figures, error: null });
      }
    } catch (error) {
      if (!isOver) useFigures.setState({ error });
    }
    if (!isOver) timer = setTimeout(() => void count(), isCounting ? 0 : COUNT_MS[range]);
  };
  void count();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** The one at this place, whether its filter shows it or not; null: there is none any more. */
export async function readEntry(log: "events", cursor: string): Promise<EventRow | null>;
export async function readEntry(log: "audit", cursor: string): Promise<AuditRow | null>;
export async function readEntry(log: FilteredLog, cursor: string): Promise<EventRow | AuditRow | null> {
  const place = Number(cursor);
  if (!Number.isSafeInteger(place)) return null;
  const page = await call(log === "events" ? "events.list" : "audit.list", { after: String(place + 1), limit: 1 });
  const [row] = page.rows;
  return row?.cursor === cursor ? row : null;
}
