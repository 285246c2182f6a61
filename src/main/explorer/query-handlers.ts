import type { Handlers } from "../../shared/contract";
import type { KeptQueries, PastQuery, SavedQuery } from "../../shared/model/saved-query";
import type { savedQueryContract } from "../../shared/saved-query-contract";
import type { Store } from "../core/store/open";
import { deleteQuery, listQueries, saveQuery } from "../core/store/saved-queries";
import type { QueryShelf, Shelf } from "./query-shelf";

export interface QueryServices {
  readonly store: Store;
  /** What this computer keeps for the database. */
  readonly shelf: QueryShelf;
  readonly actor: string;
}

/** A longer text is not worth its place in the history. */
const LONGEST_PAST = 20_000;

/** Queries that operators keep, and those that ran. */
export function queryHandlers({ store, shelf, actor }: QueryServices) {
  const isObserved = (): boolean => store.info().mode === "observe";

  function together({ saved, history }: Shelf): KeptQueries {
    const here = saved.map((query): SavedQuery => ({ ...query, id: query.name, place: "computer" }));
    const all = [...listQueries(store.read), ...here];
    return { saved: all.sort((one, other) => one.name.localeCompare(other.name)), history };
  }

  return {
    "queries.list": async () => together(await shelf.read()),
    "queries.save": async ({ name, sql }) => {
      if (!isObserved()) {
        await store.write((tx) => saveQuery(tx, { id: store.newId(), name, sql, actor, now: store.clock.now() }));
      }
      // Kept in the database, it is kept by every computer.
      const others = (kept: Shelf): Shelf["saved"] => kept.saved.filter((query) => query.name !== name);
      return together(
        await shelf.change((kept) => ({
          ...kept,
          saved: isObserved() ? [...others(kept), { name, sql }] : others(kept),
        })),
      );
    },
    "queries.delete": async ({ id, place }) => {
      if (place === "computer") {
        return together(
          await shelf.change((kept) => ({ ...kept, saved: kept.saved.filter(({ name }) => name !== id) })),
        );
      }
      await store.write((tx) => deleteQuery(tx, id));
      return together(await shelf.read());
    },
    "queries.note": async (query) =>
      together(
        query.sql.length > LONGEST_PAST
          ? await shelf.read()
          : await shelf.change((kept) => ({ ...kept, history: latest([query, ...kept.history]) })),
      ),
    "queries.clearHistory": async () => together(await shelf.change((kept) => ({ ...kept, history: [] }))),
    "queries.takeOver": async ({ saved, history }) => {
      const known = listQueries(store.read);
      return together(
        await shelf.change((kept) => ({
          saved: saved.reduce((all, query) => withOther(all, known, query), kept.saved),
          history: latest([...kept.history, ...history].sort((one, other) => other.at - one.at)),
        })),
      );
    },
  } satisfies Pick<Handlers, keyof typeof savedQueryContract>;
}

/** The same text once: as it ran last. */
const latest = (history: readonly PastQuery[]): PastQuery[] =>
  [...new Map(history.toReversed().map((query) => [query.sql, query])).values()].sort(
    (one, other) => other.at - one.at,
  );

/** What is there stays as it is. */
function withOther(
  all: Shelf["saved"],
  known: readonly SavedQuery[],
  { name, sql }: Shelf["saved"][number],
): Shelf["saved"] {
  const taken = [...known, ...all];
  if (taken.some((query) => query.name === name && query.sql === sql)) return all;
  const names = new Set(taken.map((query) => query.name));
  let free = name;
  for (let number = 2; names.has(free); number += 1) free = `${name} ${number}`;
  return [...all, { name: free, sql }];
}
