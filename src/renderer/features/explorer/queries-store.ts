import { create } from "zustand";
import type { KeptQueries, PastQuery, SavedQuery } from "../../../shared/model/saved-query";
import { call, messageOf } from "../../api";
import { toast } from "../../ui/toast";
import { type StoredQueries, takeStoredQueries } from "./stored-queries";

/** What is kept by name, and what ran. Other windows and consoles may change it: it is read whenever the panel is shown. */
export const useQueries = create<KeptQueries>()(() => ({ saved: [], history: [] }));

export async function loadQueries(): Promise<void> {
  try {
    useQueries.setState(await call("queries.list", {}));
    await takeStoredQueries(async (stored) => useQueries.setState(await call("queries.takeOver", stored)));
  } catch {
    // They are a shortcut: without them the explorer is there, and says itself what is wrong.
  }
}

/** The same text once: as it ran last. */
export function remember(query: PastQuery): void {
  const note = { ...query, ms: Math.max(0, query.ms), trouble: query.trouble?.slice(0, 1_000) ?? null };
  call("queries.note", note).then(useQueries.setState, () => undefined);
}

/** Whether it is kept now. */
export async function saveQuery(name: string, sql: string): Promise<boolean> {
  try {
    useQueries.setState(await call("queries.save", { name, sql }));
    const place = useQueries.getState().saved.find((query) => query.name === name)?.place;
    const description =
      place === "database"
        ? "Every console of this database has it."
        : "On this computer: the database is only observed, and stays as it is.";
    toast.success(`Saved as ${name}`, { description });
    return true;
  } catch (error) {
    toast.error(`Could not save ${name}`, { description: messageOf(error) });
    return false;
  }
}

/** Deletes at once; the toast brings it back. */
export async function forgetQuery({ id, place, name, sql }: SavedQuery): Promise<void> {
  try {
    useQueries.setState(await call("queries.delete", { id, place }));
    const bringBack = (): Promise<unknown> =>
      place === "database" ? saveQuery(name, sql) : takeBack({ saved: [{ name, sql }], history: [] });
    toast.info(`${name} is deleted`, { undo: () => void bringBack() });
  } catch (error) {
    toast.error(`Could not delete ${name}`, { description: messageOf(error) });
  }
}

async function takeBack(stored: StoredQueries): Promise<void> {
  try {
    useQueries.setState(await call("queries.takeOver", stored));
  } catch (error) {
    toast.error("Could not bring it back", { description: messageOf(error) });
  }
}

/** Clears at once; the toast brings it back. */
export async function clearHistory(): Promise<void> {
  const { history } = useQueries.getState();
  try {
    useQueries.setState(await call("queries.clearHistory", {}));
    toast.info("The history is cleared", { undo: () => void takeBack({ saved: [], history }) });
  } catch (error) {
    toast.error("Could not clear the history", { description: messageOf(error) });
  }
}
