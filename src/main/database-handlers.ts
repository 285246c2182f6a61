import type { Handlers } from "../shared/contract";
import { HiveError } from "../shared/errors";
import type { WindowMode } from "../shared/model/database-choice";
import type { Databases } from "./databases";
import type { Dialogs } from "./dialogs";
import type { PlanFiles } from "./plan-files";

export interface DatabaseChoices {
  readonly dialogs: Pick<Dialogs, "databaseFile" | "newDatabaseFile">;
  readonly files: Pick<PlanFiles, "name" | "pathOf">;
  readonly databases: Databases;
  /** The file of this window. */
  readonly current: () => string;
  /** Opens it in this window, in place of what is open or could not be opened. */
  readonly openHere: (file: string, mode: WindowMode) => Promise<void>;
  /** Opens it in a window of its own, or brings that to the front. */
  readonly openWindow: (file: string, mode: WindowMode) => Promise<void>;
}

export function databaseChoiceHandlers(choices: DatabaseChoices) {
  const { dialogs, files, databases, current, openHere, openWindow } = choices;
  const look = (file: string | null) => (file === null ? null : databases.look(file, current()));
  return {
    "databases.recent": () => databases.recent(current()),
    "databases.choose": async () => look(await dialogs.databaseFile()),
    "databases.chooseNew": async () => look(await dialogs.newDatabaseFile()),
    "databases.look": ({ fileId }) => databases.look(files.pathOf(fileId), current()),
    "databases.open": async ({ fileId, mode, here }) => {
      const file = files.pathOf(fileId);
      const { problem, operateProblem, kind } = databases.look(file, current());
      const why = problem ?? (mode === "operate" ? operateProblem : null);
      if (why !== null) throw new HiveError("not_allowed", why, { file });
      if (kind === "new" && mode === "observe") {
        throw new HiveError("database_missing", `There is no database at ${file} to observe: create it first.`, {
          file,
        });
      }
      await (here ? openHere(file, mode) : openWindow(file, mode));
      return null;
    },
    "databases.forget": ({ fileId }) => {
      databases.forget(files.pathOf(fileId));
      return databases.recent(current());
    },
    "databases.setMode": async ({ mode }) => {
      await openHere(current(), mode);
      return null;
    },
  } satisfies Partial<Handlers>;
}
