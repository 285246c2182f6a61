/** What the logs of a database hold, as core reads them: plain JSON, times in milliseconds since the epoch. */

export interface EventRow {
  /** Its place in the order of arrival, for `after`. */
  readonly cursor: string;
  readonly id: string;
  /** As it stands, also when the bus does not know it. */
  readonly type: string;
  readonly source: string;
  readonly correlationId: string | null;
  /** When it happened, as its writer says; null when that cannot be read. */
  readonly at: number | null;
  /** Parsed; the text as it stands when it is named in `unreadable`. */
  readonly payload: unknown;
  /** Parsed; the text as it stands when it is named in `unreadable`. */
  readonly metadata: unknown;
  /** Columns that hold something else than they should. */
  readonly unreadable: readonly ("timestamp" | "payload" | "metadata")[];
}

/** One act of a person. */
export interface AuditRow {
  readonly cursor: string;
  readonly at: number;
  readonly actor: string;
  /** `area.verb`, as the operation is called. */
  readonly act: string;
  readonly entity: string;
  readonly entityId: string;
  readonly reason: string | null;
  /** Null: it was not there. */
  readonly before: unknown;
  /** Null: it is no more. */
  readonly after: unknown;
}

export const LOG_ORDERS = ["newest", "oldest"] as const;
/** In the order of arrival, from its end or its beginning. */
export type LogOrder = (typeof LOG_ORDERS)[number];

export const LOG_ENTITIES = ["task", "plan", "run", "worker"] as const;
export type LogEntity = (typeof LOG_ENTITIES)[number];

/** What acts are noted of. */
export const AUDIT_ENTITIES = [...LOG_ENTITIES, "job", "setting", "schedule", "subscription"] as const;
type AuditEntity = (typeof AUDIT_ENTITIES)[number];

/** A log never gives more rows at once. */
export const MOST_LOG_ROWS = 1_000;

export interface EventFilter {
  /** Shell glob over the whole type: `task.*`, `*.failed`. Default: every type. */
  readonly topic?: string | undefined;
  /** Shell globs of which one matches. Default: every type. */
  readonly topics?: readonly string[] | undefined;
  /** Shell globs of which none matches. */
  readonly except?: readonly string[] | undefined;
  readonly correlationId?: string | undefined;
  readonly source?: string | undefined;
  /**
   * What an event tells of. Of a task, a run or a plan: events of its correlation that name it (of a plan: all of
   * its correlation); of a worker: those under its own id.
   */
  readonly entity?: { readonly kind: LogEntity; readonly id: string } | undefined;
  /** Not before this time, as the events' writers say it. */
  readonly since?: number | undefined;
  /** Before this time. */
  readonly until?: number | undefined;
}

export interface AuditFilter {
  /** Shell glob over the whole act: `tasks.*`. */
  readonly act?: string | undefined;
  /** Shell globs of which one matches. Default: every act. */
  readonly acts?: readonly string[] | undefined;
  /** Shell globs of which none matches. */
  readonly except?: readonly string[] | undefined;
  readonly actor?: string | undefined;
  readonly entity?: { readonly kind: AuditEntity; readonly id: string } | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface LogPage {
  /** `cursor` of the last row known, or `next` of the page before. Default: from the log's end or beginning. */
  readonly after?: string | undefined;
  /** Default `newest`. */
  readonly order?: LogOrder | undefined;
  /** Default 100, at most `MOST_LOG_ROWS`. */
  readonly limit?: number | undefined;
  /**
   * So many rows are looked at, and no more: where few pass, the page is short or empty, and `next` says where to go
   * on. Default: as many as it takes.
   */
  readonly patience?: number | undefined;
}

/** What the things are called that events and acts are about. */
export interface EventSubjects {
  readonly tasks: ReadonlyArray<{
    readonly id: string;
    readonly title: string;
    /** Null: outside a plan. */
    readonly planId: string | null;
    readonly subtaskId: string | null;
  }>;
  readonly plans: ReadonlyArray<{ readonly id: string; readonly title: string }>;
}
