import { HiveError, toErrorBody } from "../../shared/errors";
import type { QueryNews, QueryState, SqlPart } from "../../shared/model/explorer";
import { MOST_MEMORY } from "./ask";
import type { Explorer, RunningJob } from "./client";
import type { SqlAsk, SqlRun } from "./sql-run";

/** A result with more rows holds what it reads as of when it began; nobody shall wait for that for ever. */
const IDLE_MS = 60_000;
/** A query that nobody asks about any more ends: its window was loaded anew. */
const FORGOTTEN_MS = 30_000;
/** More at once would be a mistake of the window's. */
const MOST_QUERIES = 8;

/** Queries under way, and what came of them since they were last asked. */
export interface Queries {
  start(run: SqlRun, limitMs: number): string;
  /** Resolves as soon as there is something new. Throws `not_found` for one that has ended and was told. */
  next(queryId: string): Promise<QueryNews>;
  /** Throws `not_found` when its rows are not to be had any more. */
  more(queryId: string, statement: number): void;
  stop(queryId: string): void;
  stopAll(): void;
}

interface Query {
  readonly job: RunningJob<SqlAsk>;
  readonly limitMs: number;
  state: QueryState;
  message: string | null;
  parts: SqlPart[];
  /** Something of it was not told yet. */
  isNew: boolean;
  /** All statements have begun. */
  isReady: boolean;
  readonly open: Set<number>;
  tell: (() => void) | null;
  idle: NodeJS.Timeout | null;
  forgotten: NodeJS.Timeout | null;
}

export interface QueriesOptions {
  readonly explorer: Explorer;
  readonly memoryBytes?: number;
  readonly idleMs?: number;
}

export function createQueries({ explorer, memoryBytes = MOST_MEMORY, idleMs = IDLE_MS }: QueriesOptions): Queries {
  const queries = new Map<string, Query>();
  let last = 0;

  function news(query: Query, change: Partial<Pick<Query, "state" | "message">>): void {
    Object.assign(query, change);
    query.isNew = true;
    query.tell?.();
  }

  function stopTimer(query: Query, which: "idle" | "forgotten"): void {
    const timer = query[which];
    if (timer !== null) clearTimeout(timer);
    query[which] = null;
  }

  function forgetLater(queryId: string, query: Query): void {
    stopTimer(query, "forgotten");
    query.forgotten = setTimeout(() => {
      query.job.cancel();
      queries.delete(queryId);
    }, FORGOTTEN_MS);
    query.forgotten.unref();
  }

  /** Nothing is computed until somebody asks for more. */
  function wait(query: Query): void {
    query.job.allow(null);
    stopTimer(query, "idle");
    query.idle = setTimeout(() => {
      const seconds = Math.round(idleMs / 1_000);
      query.message = `The rest was let go after ${seconds} s without a look at it. Run the query again to see more.`;
      query.job.ask({ end: true });
    }, idleMs);
    query.idle.unref();
  }

  function hear(query: Query, part: SqlPart): void {
    query.parts.push(part);
    if (part.kind === "columns") query.open.add(part.index);
    if ((part.kind === "rows" && part.isEnd) || part.kind === "failed") query.open.delete(part.index);
    if (part.kind === "ready") query.isReady = true;
    const waits = query.isReady && query.open.size > 0;
    if (waits) wait(query);
    news(query, { state: waits ? "waiting" : "running" });
  }

  function get(queryId: string): Query {
    const query = queries.get(queryId);
    if (query !== undefined) return query;
    throw new HiveError("not_found", "This query has ended. Run it again to see more.", { queryId });
  }

  function stop(queryId: string): void {
    const query = queries.get(queryId);
    if (query === undefined || isEnded(query.state)) return;
    query.state = "stopped";
    query.job.cancel();
  }

  return {
    start(run, limitMs) {
      const [oldest] = queries.keys();
      if (queries.size >= MOST_QUERIES && oldest !== undefined) {
        stop(oldest);
        queries.delete(oldest);
      }
      last += 1;
      const queryId = String(last);
      const job = explorer.run<"runSql">(
        { kind: "runSql", ...run },
        { onPart: (part) => hear(query, part), timeoutMs: limitMs, memoryBytes },
      );
      const query: Query = {
        job,
        limitMs,
        state: "running",
        message: null,
        parts: [],
        isNew: false,
        isReady: false,
        open: new Set(),
        tell: null,
        idle: null,
        forgotten: null,
      };
      const ended = (change: Partial<Pick<Query, "state" | "message">>): void => {
        stopTimer(query, "idle");
        news(query, change);
      };
      job.ended.then(
        () => ended({ state: query.state === "stopped" ? "stopped" : "done" }),
        (error: unknown) => {
          const { message, details } = toErrorBody(error);
          ended("timeoutMs" in details ? { state: "late", message: lateWords(limitMs) } : { state: "failed", message });
        },
      );
      queries.set(queryId, query);
      forgetLater(queryId, query);
      return queryId;
    },
    async next(queryId) {
      const query = get(queryId);
      stopTimer(query, "forgotten");
      if (!query.isNew) {
        await new Promise<void>((resolve) => {
          query.tell = resolve;
        });
        query.tell = null;
      }
      const { state, parts, message } = query;
      query.parts = [];
      query.isNew = false;
      if (isEnded(state)) queries.delete(queryId);
      else forgetLater(queryId, query);
      return { state, parts, message };
    },
    more(queryId, statement) {
      const query = get(queryId);
      if (query.state !== "waiting" || !query.open.has(statement)) {
        throw new HiveError("not_found", "There are no more rows of this to be had. Run the query again.", { queryId });
      }
      stopTimer(query, "idle");
      query.job.allow(query.limitMs);
      query.state = "running";
      query.job.ask({ more: statement });
    },
    stop,
    stopAll() {
      for (const queryId of queries.keys()) stop(queryId);
    },
  };
}

const isEnded = (state: QueryState): boolean => state !== "running" && state !== "waiting";

const lateWords = (limitMs: number): string =>
  `Stopped at its limit of ${limitMs / 1_000} s: its process was ended, and another one serves what comes next. Nothing was changed. Ask for less, or raise the limit.`;
