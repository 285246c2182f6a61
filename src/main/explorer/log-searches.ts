import { HiveError, toErrorBody } from "../../shared/errors";
import type { LogFound } from "../../shared/model/log-search";
import type { Explorer, RunningJob } from "./client";
import type { LogSearch } from "./log-search";

/** A log of gigabytes is searched within this; a disk that hangs is given up. */
const MOST_MS = 120_000;
/** A search that nobody asks about any more ends: its window was loaded anew. */
const FORGOTTEN_MS = 30_000;
/** More at once would be a mistake of the window's. */
const MOST_SEARCHES = 8;

/** Searches under way, and what they found since they were last asked. */
export interface LogSearches {
  start(search: LogSearch): string;
  /** Resolves as soon as there is something new. Throws `not_found` for one that has ended, and why one failed. */
  next(searchId: string): Promise<LogFound>;
  stop(searchId: string): void;
}

interface Search {
  readonly job: RunningJob;
  news: LogFound | null;
  error: HiveError | null;
  tell: (() => void) | null;
  timer: NodeJS.Timeout | null;
}

export function createLogSearches(explorer: Explorer): LogSearches {
  const searches = new Map<string, Search>();
  let last = 0;

  function stop(searchId: string): void {
    const search = searches.get(searchId);
    if (search === undefined) return;
    searches.delete(searchId);
    if (search.timer !== null) clearTimeout(search.timer);
    search.error ??= new HiveError("not_found", "The search was stopped.");
    search.tell?.();
    search.job.cancel();
  }

  function forgetLater(searchId: string, search: Search): void {
    if (search.timer !== null) clearTimeout(search.timer);
    search.timer = setTimeout(() => stop(searchId), FORGOTTEN_MS);
    search.timer.unref();
  }

  return {
    start(search) {
      const [oldest] = searches.keys();
      if (searches.size >= MOST_SEARCHES && oldest !== undefined) stop(oldest);
      last += 1;
      const searchId = String(last);
      const job = explorer.run<"searchLog">({ kind: "searchLog", ...search }, { onPart: take, timeoutMs: MOST_MS });
      const mine: Search = { job, news: null, error: null, tell: null, timer: null };
      function take(part: LogFound): void {
        mine.news = mine.news === null ? part : { ...part, hits: [...mine.news.hits, ...part.hits] };
        mine.tell?.();
      }
      job.ended.catch((error: unknown) => {
        const { code, message, details } = toErrorBody(error);
        mine.error = new HiveError(code, `The log could not be searched: ${message}`, details);
        mine.tell?.();
      });
      searches.set(searchId, mine);
      forgetLater(searchId, mine);
      return searchId;
    },
    async next(searchId) {
      const search = searches.get(searchId);
      if (search === undefined) throw new HiveError("not_found", "This search has ended. Begin it again.");
      if (search.timer !== null) clearTimeout(search.timer);
      if (search.news === null && search.error === null) {
        await new Promise<void>((resolve) => {
          search.tell = resolve;
        });
        search.tell = null;
      }
      const { news, error } = search;
      if (news === null) {
        searches.delete(searchId);
        throw error ?? new HiveError("internal", "The search ended without an answer.");
      }
      search.news = null;
      if (news.isDone) searches.delete(searchId);
      else forgetLater(searchId, search);
      return news;
    },
    stop,
  };
}
