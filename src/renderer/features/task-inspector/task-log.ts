import { useCallback, useEffect, useRef, useState } from "react";
import type { AuditRow, EventRow } from "../../../shared/model/log-views";
import { call } from "../../api";
import { keepLive } from "../../sync";

/** The two logs that tell of a task: what happened to it, and what people did to it. */
export interface TaskLogs {
  readonly events: EventRow;
  readonly audit: AuditRow;
}
export type TaskLogName = keyof TaskLogs;

const PAGE = 50;
const MOST_NEW = 500;
/** Events of other programs are pushed by nobody. */
const LOOK_MS = 2_000;

interface PageRequest {
  readonly after?: string;
  readonly order?: "oldest";
  readonly limit: number;
}

interface LogPage<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

type Readers = { readonly [Name in TaskLogName]: (id: string, page: PageRequest) => Promise<LogPage<TaskLogs[Name]>> };

const entityOf = (id: string) => ({ kind: "task", id }) as const;
const READERS: Readers = {
  events: (id, page) => call("events.list", { entity: entityOf(id), ...page }),
  audit: (id, page) => call("audit.list", { entity: entityOf(id), ...page }),
};

interface Shown<Row> {
  /** The latest first. */
  readonly rows: readonly Row[];
  /** They came while somebody read further down; a click shows them. */
  readonly waiting: readonly Row[];
  /** Where older ones begin; null: there are none. */
  readonly next: string | null;
  readonly isLoaded: boolean;
  readonly error: unknown;
}

export interface TaskLog<Row> extends Shown<Row> {
  /** Told by the list: whether its beginning is out of view. */
  readonly setScrolled: (isScrolled: boolean) => void;
  readonly readOlder: () => void;
  readonly retry: () => void;
  readonly showWaiting: () => void;
}

const EMPTY = { rows: [], waiting: [], next: null, isLoaded: false, error: null } as const;

/** A log of a task, by pages and live. Rows that are read stay where they are. */
export function useTaskLog<Name extends TaskLogName>(name: Name, taskId: string): TaskLog<TaskLogs[Name]> {
  type Row = TaskLogs[Name];
  const [shown, setShown] = useState<Shown<Row>>(EMPTY);
  const latest = useRef(shown);
  latest.current = shown;
  const isScrolled = useRef(false);
  const isBusy = useRef(false);
  const read: (id: string, page: PageRequest) => Promise<LogPage<Row>> = READERS[name];

  /** One read at a time: what it adds goes to what is shown by then. */
  const turn = useCallback(async (work: () => Promise<void>) => {
    if (isBusy.current) return;
    isBusy.current = true;
    try {
      await work();
    } catch (error) {
      setShown((state) => ({ ...state, error }));
    } finally {
      isBusy.current = false;
    }
  }, []);

  const readNewest = useCallback(async () => {
    const { rows, waiting, isLoaded } = latest.current;
    const last = waiting[0] ?? rows[0];
    if (!isLoaded || last === undefined) {
      const page = await read(taskId, { limit: PAGE });
      setShown({ rows: page.rows, waiting: [], next: page.next, isLoaded: true, error: null });
      return;
    }
    const page = await read(taskId, { order: "oldest", after: last.cursor, limit: MOST_NEW });
    const fresh = page.rows.toReversed();
    setShown((state) => {
      if (fresh.length === 0) return state.error === null ? state : { ...state, error: null };
      return isScrolled.current
        ? { ...state, waiting: [...fresh, ...state.waiting], error: null }
        : { ...state, rows: [...fresh, ...state.waiting, ...state.rows], waiting: [], error: null };
    });
  }, [read, taskId]);

  const showWaiting = useCallback(() => {
    setShown((state) =>
      state.waiting.length === 0 ? state : { ...state, rows: [...state.waiting, ...state.rows], waiting: [] },
    );
  }, []);

  useEffect(() => {
    setShown(EMPTY);
    latest.current = EMPTY;
    isScrolled.current = false;
    isBusy.current = false;
    const look = (): void => {
      if (!document.hidden) void turn(readNewest);
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    const end = keepLive({ patch: () => undefined, reload: look });
    return () => {
      clearInterval(timer);
      end();
    };
  }, [readNewest, turn]);

  return {
    ...shown,
    setScrolled(next) {
      if (next === isScrolled.current) return;
      isScrolled.current = next;
      if (!next) showWaiting();
    },
    readOlder() {
      void turn(async () => {
        const { next } = latest.current;
        if (next === null) return;
        const page = await read(taskId, { after: next, limit: PAGE });
        setShown((state) => ({ ...state, rows: [...state.rows, ...page.rows], next: page.next, error: null }));
      });
    },
    retry: () => void turn(readNewest),
    showWaiting,
  };
}
