import { basename } from "node:path";
import type { backupContract } from "../../shared/backup-contract";
import type { Handlers } from "../../shared/contract";
import { HiveError } from "../../shared/errors";
import {
  listBackups,
  makeBackup,
  removeBackup,
  requireBackup,
  restoreAs,
  verifyBackupOf,
} from "../core/operations/backups";
import type { Store } from "../core/store/open";
import type { Dialogs } from "../dialogs";
import type { CareDesk } from "./care";

export interface BackupServices {
  readonly store: Store;
  readonly care: CareDesk;
  readonly dialogs: Pick<Dialogs, "saveFile">;
  /** Gives a file an id that the page may name it by. */
  readonly nameFile: (file: string) => string;
  readonly actor: string;
  /** Tasks that this process runs. */
  readonly running: () => number;
  /** Lets go of the database, has it replaced, and opens it again. */
  readonly replaceDatabase: (work: () => Promise<unknown>) => Promise<void>;
}

/** Backups of the database that is open. */
export function backupHandlers({ store, care, dialogs, nameFile, actor, running, replaceDatabase }: BackupServices) {
  const mustOperate = (): void => {
    if (store.info().mode !== "observe") return;
    const what = "The database is open in Observe mode: nothing here changes it. Open it to operate.";
    throw new HiveError("not_allowed", what);
  };
  return {
    "backups.list": () => listBackups(store),
    "backups.make": ({ reason }) => {
      mustOperate();
      return makeBackup(store, care, { cause: "operator", reason, actor });
    },
    "backups.verify": ({ backupId }) => verifyBackupOf(store, care, { backupId, actor }),
    "backups.remove": async ({ backupId, reason }) => {
      mustOperate();
      await removeBackup(store, { backupId, reason, actor });
      return null;
    },
    "backups.previewRestore": ({ backupId }) => care.previewRestore(requireBackup(store, backupId)),
    "backups.restore": async ({ backupId, reason = null }) => {
      mustOperate();
      const { file } = requireBackup(store, backupId);
      if (running() > 0) {
        throw new HiveError(
          "not_allowed",
          `${running()} tasks run here: let them end, or cancel them, then try again.`,
        );
      }
      await replaceDatabase(() => care.restore({ backupFile: file, reason, actor }));
      return null;
    },
    "backups.restoreAs": async ({ backupId }) => {
      const backup = requireBackup(store, backupId);
      const file = await dialogs.saveFile("Restore the backup as a new database", `restored-${basename(store.file)}`);
      if (file === null) return null;
      await restoreAs(backup, file);
      return { file, fileId: nameFile(file) };
    },
  } satisfies Pick<Handlers, keyof typeof backupContract>;
}
