import type { BackupRow, BackupVerification, RestorePreview, RestoreReport } from "../../shared/model/backup";
import { careInThread } from "../core/operations/care";
import { previewRestore, restoreDatabase } from "../core/operations/restore";
import type { ExplorerDatabase } from "./connection";

/** What is done with a database file as a whole: it takes its time. */
export type CareTask =
  | { readonly do: "backUp"; readonly target: string }
  | { readonly do: "verify"; readonly backupFile: string }
  | { readonly do: "previewRestore"; readonly backup: BackupRow }
  | { readonly do: "restore"; readonly backupFile: string; readonly reason: string | null; readonly actor: string };

export interface CareJob extends ExplorerDatabase {
  readonly task: CareTask;
}

export interface CareAnswers {
  readonly backUp: { readonly bytes: number };
  readonly verify: BackupVerification;
  readonly previewRestore: RestorePreview;
  readonly restore: RestoreReport;
}

export type CareAnswer = CareAnswers[keyof CareAnswers];

export async function takeCare({ file, nativeBinding, task }: CareJob): Promise<CareAnswer> {
  const target = { file, ...(nativeBinding === null ? {} : { nativeBinding }) };
  switch (task.do) {
    case "backUp":
      return careInThread(target).backUp(task.target);
    case "verify":
      return careInThread(target).verify(task.backupFile);
    case "previewRestore":
      return previewRestore(target, task.backup);
    case "restore":
      return restoreDatabase({ ...target, ...task });
  }
}
