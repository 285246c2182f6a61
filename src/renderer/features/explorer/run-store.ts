import { create } from "zustand";
import type { Cell, PlanStep, QueryNews, QueryState, ResultColumn, SqlPart } from "../../../shared/model/explorer";
import { parameterNames } from "../../../shared/model/sql-text";
import { ApiError, call, messageOf } from "../../api";
import { limitMs, PAGE_ROWS } from "./limits";
import { remember } from "./queries-store";

/** What came of one statement. */
export interface StatementResult {
  readonly text: string;
  readonly line: number;
  readonly columns: readonly ResultColumn[];
  /** Those that were asked for, up to `MOST_PAGES`: then the earliest are let go. */
  readonly pages: readonly (readonly (readonly Cell[])[])[];
  /** How many pages were let go before these. */
  readonly dropped: number;
  /** The page on the screen, among all. */
  readonly page: number;
  readonly isEnd: boolean;
  readonly ms: number;
  readonly plan: readonly PlanStep[] | null;
  readonly failure: { readonly message: string; readonly isRefused: boolean } | null;
}

export interface RunState {
  readonly queryId: string | null;
  readonly state: QueryState;
  readonly sql: string;
  readonly isPlan: boolean;
  readonly parameters: Readonly<Record<string, string | null>>;
  readonly begunAt: number;
  readonly ms: number;
  readonly results: readonly StatementResult[];
  /** Why it failed or what became of it. */
  readonly message: string | null;
}

const MOST_PAGES = 10;

/** What runs or has run in each query's tab. */
export const useRuns = create<Readonly<Record<string, RunState>>>()(() => ({}));

/** What the parameters of a tab's query stand for, as typed; empty is NULL. */
export const useParameters = create<Readonly<Record<string, Readonly<Record<string, string>>>>>()(() => ({}));

export function setParameter(tabId: string, name: string, value: string): void {
  useParameters.setState((all) => ({ [tabId]: { ...all[tabId], [name]: value } }));
}

export function parametersOf(tabId: string, sql: string): Record<string, string | null> {
  const given = useParameters.getState()[tabId] ?? {};
  return Object.fromEntries(
    parameterNames(sql).map((name) => {
      const value = given[name.slice(1)] ?? "";
      return [name.slice(1), value === "" ? null : value];
    }),
  );
}

const isOver = (state: QueryState): boolean => state !== "running" && state !== "waiting";

function change(tabId: string, sql: string, next: (run: RunState) => RunState): void {
  const run = useRuns.getState()[tabId];
  if (run !== undefined && run.sql === sql) useRuns.setState({ [tabId]: next(run) });
}

/** Runs a text in a tab; what ran there before is ended. Answers how it stands when there is something to see. */
export async function runQuery(tabId: string, sql: string, { isPlan = false } = {}): Promise<RunState | null> {
  await stopQuery(tabId);
  const parameters = parametersOf(tabId, sql);
  const begunAt = Date.now();
  const begun: RunState = {
    queryId: null,
    state: "running",
    sql,
    isPlan,
    parameters,
    begunAt,
    ms: 0,
    results: [],
    message: null,
  };
  useRuns.setState({ [tabId]: begun });
  try {
    const { queryId } = await call("explorer.run", {
      sql,
      parameters,
      isPlan,
      pageRows: PAGE_ROWS,
      limitMs: limitMs(),
    });
    const isMine = (): boolean => useRuns.getState()[tabId]?.begunAt === begunAt;
    if (!isMine()) {
      await call("explorer.stop", { queryId });
      return null;
    }
    change(tabId, sql, (run) => ({ ...run, queryId }));
    return await follow(tabId, queryId, isMine);
  } catch (error) {
    change(tabId, sql, (run) => ({ ...run, state: "failed", message: messageOf(error) }));
    return useRuns.getState()[tabId] ?? null;
  }
}

/** Resolves when the statements have run, and goes on to hear of further pages. */
async function follow(tabId: string, queryId: string, isMine: () => boolean): Promise<RunState | null> {
  for (;;) {
    const news = await call("explorer.next", { queryId });
    if (!isMine()) return null;
    take(tabId, news);
    const run = useRuns.getState()[tabId];
    if (run === undefined) return null;
    if (news.state === "running") continue;
    if (!run.isPlan) keep(run);
    if (news.state === "waiting") void hearOn(tabId, queryId, isMine);
    return run;
  }
}

async function hearOn(tabId: string, queryId: string, isMine: () => boolean): Promise<void> {
  try {
    for (;;) {
      const news = await call("explorer.next", { queryId });
      if (!isMine()) return;
      take(tabId, news);
      if (isOver(news.state)) return;
    }
  } catch (error) {
    const isGone = error instanceof ApiError && error.code === "not_found";
    const run = useRuns.getState()[tabId];
    if (run !== undefined && isMine()) {
      useRuns.setState({ [tabId]: { ...run, state: "done", message: isGone ? run.message : messageOf(error) } });
    }
  }
}

function keep({ sql, begunAt, ms, results, state, message }: RunState): void {
  const failure = results.find((result) => result.failure !== null)?.failure?.message ?? message;
  const last = results.at(-1);
  const rows = last === undefined ? null : last.pages.reduce((sum, page) => sum + page.length, 0);
  remember({
    sql,
    at: begunAt,
    ms,
    rows,
    trouble: state === "waiting" || state === "done" ? failure : (message ?? state),
  });
}

function take(tabId: string, { state, parts, message }: QueryNews): void {
  const run = useRuns.getState()[tabId];
  if (run === undefined) return;
  const results = parts.reduce(withPart, run.results);
  const ready = parts.find((part) => part.kind === "ready");
  const ms = ready?.ms ?? (isOver(state) && run.ms === 0 ? Date.now() - run.begunAt : run.ms);
  useRuns.setState({ [tabId]: { ...run, results, state, ms, message: message ?? run.message } });
}

const NOTHING: Omit<StatementResult, "text" | "line"> = {
  columns: [],
  pages: [],
  dropped: 0,
  page: 0,
  isEnd: false,
  ms: 0,
  plan: null,
  failure: null,
};

function withPart(results: readonly StatementResult[], part: SqlPart): readonly StatementResult[] {
  if (part.kind === "ready") return results;
  if (part.kind === "begin") return [...results, { ...NOTHING, text: part.text, line: part.line }];
  return results.map((result, at) => (at === part.index ? changed(result, part) : result));
}

function changed(result: StatementResult, part: Exclude<SqlPart, { kind: "ready" | "begin" }>): StatementResult {
  if (part.kind === "columns") return { ...result, columns: part.columns };
  if (part.kind === "plan") return { ...result, plan: part.steps, isEnd: true };
  if (part.kind === "failed") return { ...result, failure: part, isEnd: true };
  const all = [...result.pages, part.rows];
  const more = Math.max(0, all.length - MOST_PAGES);
  const dropped = result.dropped + more;
  // An empty last page says only that the one before was the last.
  const isNothing = part.rows.length === 0 && result.pages.length > 0;
  return {
    ...result,
    pages: isNothing ? result.pages : all.slice(more),
    dropped: isNothing ? result.dropped : dropped,
    page: isNothing ? result.page : result.dropped + all.length - 1,
    isEnd: part.isEnd,
    ms: part.ms,
  };
}

/** Ends what runs or waits in a tab: what computes is killed. */
export async function stopQuery(tabId: string): Promise<void> {
  const run = useRuns.getState()[tabId];
  if (run === undefined || run.queryId === null || isOver(run.state)) return;
  await call("explorer.stop", { queryId: run.queryId }).catch(() => undefined);
}

/** Shows another page of a statement; the one behind the last is asked for. */
export async function showPage(tabId: string, statement: number, page: number): Promise<void> {
  const run = useRuns.getState()[tabId];
  const result = run?.results[statement];
  if (run === undefined || result === undefined || page < result.dropped) return;
  if (page < result.dropped + result.pages.length) {
    const results = run.results.map((one, at) => (at === statement ? { ...one, page } : one));
    useRuns.setState({ [tabId]: { ...run, results } });
    return;
  }
  if (result.isEnd || run.queryId === null || run.state !== "waiting") return;
  useRuns.setState({ [tabId]: { ...run, state: "running", begunAt: run.begunAt } });
  try {
    await call("explorer.more", { queryId: run.queryId, statement });
  } catch (error) {
    change(tabId, run.sql, (now) => ({ ...now, state: "done", message: messageOf(error) }));
  }
}
