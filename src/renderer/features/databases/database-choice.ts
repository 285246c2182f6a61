import { create } from "zustand";
import type { DatabaseLook, RecentDatabase, WindowMode } from "../../../shared/model/database-choice";
import { call, messageOf } from "../../api";
import { reloadAll } from "../../sync";
import { toast } from "../../ui/toast";
import { askAct } from "../dialogs/act-store";
import { loadApp, useApp } from "../shell/app-store";

interface DatabaseChoiceState {
  /** The file that the dialog asks about; null: it is closed. */
  readonly look: DatabaseLook | null;
  readonly recent: readonly RecentDatabase[];
}

export const useDatabases = create<DatabaseChoiceState>()(() => ({ look: null, recent: [] }));

export const closeDatabaseChoice = (): void => useDatabases.setState({ look: null });

async function ask(find: () => Promise<DatabaseLook | null>): Promise<void> {
  try {
    const look = await find();
    if (look !== null) useDatabases.setState({ look });
  } catch (error) {
    toast.error("The database could not be looked at", { description: messageOf(error) });
  }
}

/** Asks for a file, then how it is to be opened. */
export const chooseDatabase = (): Promise<void> => ask(() => call("databases.choose", {}));

/** Asks where a new one is to be. */
export const newDatabase = (): Promise<void> => ask(() => call("databases.chooseNew", {}));

/** Asks how a file that main knows is to be opened. */
export const askDatabase = (fileId: string): Promise<void> => ask(() => call("databases.look", { fileId }));

/** Whether a dropped file is, or wants to be, a database; if so the dialog asks how to open it. */
export async function takeDroppedDatabase(fileId: string, name: string): Promise<boolean> {
  const look = await call("databases.look", { fileId });
  const isMeant = /\.(db|db3|sqlite3?)$/i.test(name);
  if (look.kind !== "database" && !isMeant) return false;
  // Whatever is no text is no plan either; a plan that is empty is still told of as a plan.
  if (look.problem !== null && !isMeant) return false;
  useDatabases.setState({ look });
  return true;
}

export async function openDatabase({ fileId, name }: DatabaseLook, mode: WindowMode): Promise<void> {
  const here = useApp.getState().info === null;
  try {
    await call("databases.open", { fileId, mode, here });
    closeDatabaseChoice();
    if (here) {
      await loadApp();
      await reloadAll();
    } else toast.info(`${name} opens in a window of its own`);
    await loadRecent();
  } catch (error) {
    toast.error(`${name} could not be opened`, { description: messageOf(error) });
  }
}

export async function loadRecent(): Promise<void> {
  try {
    useDatabases.setState({ recent: await call("databases.recent", {}) });
  } catch {
    // A list of comfort: what it showed stays.
  }
}

export async function forgetDatabase(fileId: string): Promise<void> {
  try {
    useDatabases.setState({ recent: await call("databases.forget", { fileId }) });
  } catch (error) {
    toast.error("The list could not be changed", { description: messageOf(error) });
  }
}

async function setMode(mode: WindowMode): Promise<void> {
  await call("databases.setMode", { mode });
}

/** What each way of opening means, in a sentence. */
export const MODE_WORDS: Readonly<Record<WindowMode, { readonly word: string; readonly says: string }>> = {
  operate: {
    word: "Operate",
    says: "Launch plans, act on tasks, and start them from here when no other console does. A database of another program is backed up first, then tables of the console are added to it.",
  },
  observe: {
    word: "Observe",
    says: "Look at everything, live. Not one byte of the file changes, and nothing is started or stopped from here.",
  },
};

/** Opens this window's database the other way, once it was seen what that means. */
export function askMode(mode: WindowMode): void {
  const { info, runner } = useApp.getState();
  if (info === null || info.database.mode === mode) return;
  const { name } = info.database;
  const running = runner?.dispatching ? runner.running : 0;
  const { word, says } = MODE_WORDS[mode];
  askAct({
    title: `${word} ${name}`,
    keepLabel: `Go on to ${info.database.mode}`,
    variant: "primary",
    preview: () => ({
      title: `${word} ${name}?`,
      consequence:
        mode === "observe" && running > 0
          ? `${says} ${running === 1 ? "The task that runs goes" : `The ${running} tasks that run go`} on; how they end is recorded by whoever starts tasks next.`
          : says,
      affected: [],
      confirmLabel: `${word} it`,
    }),
    run: () => setMode(mode),
  });
}
