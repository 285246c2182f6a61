import type { BackupRow, BackupVerification, RestorePreview, RestoreReport } from "../../shared/model/backup";
import type { RetentionPreview, RetentionReport, VacuumOffer } from "../../shared/model/retention";
import { careInThread } from "../core/operations/care";
import { previewRestore, restoreDatabase } from "../core/operations/restore";
import { applyRetention, offerVacuum, previewRetention, vacuum } from "../core/operations/retention";
import type { ExplorerDatabase } from "./connection";

/** What is done with a database file as a whole: it takes its time. */
export type CareTask =
  | { readonly do: "backUp"; readonly target: string }
  | { readonly do: "verify"; readonly backupFile: string }
  | { readonly do: "previewRestore"; readonly backup: BackupRow }
  | { readonly do: "previewRetention"; readonly filesFolder: string }
  | { readonly do: "offerVacuum" }
  | { readonly do: "vacuum"; readonly reason: string | null; readonly actor: string }
  | { readonly do: "restore"; readonly backupFile: string; readonly reason: string | null; readonly actor: string };

export interface CareJob extends ExplorerDatabase {
  readonly task: CareTask;
}

export interface CareAnswers {
  readonly backUp: { readonly bytes: number };
  readonly verify: BackupVerification;
  readonly previewRestore: RestorePreview;
  readonly restore: RestoreReport;
  readonly previewRetention: RetentionPreview;
  readonly offerVacuum: VacuumOffer;
  readonly vacuum: VacuumOffer;
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
    case "previewRetention":
      return previewRetention({ ...target, filesFolder: task.filesFolder });
    case "offerVacuum":
      return offerVacuum(target);
    case "vacuum":
      return vacuum({ ...target, ...task });
    case "restore":
      return restoreDatabase({ ...target, ...task });
  }
}

export interface RetentionJob extends ExplorerDatabase {
  readonly filesFolder: string;
  readonly reason: string | null;
  readonly actor: string;
}

export interface RetentionPart {
  readonly share: number;
  readonly report: RetentionReport;
}

/** At most so often, in milliseconds, is it told how far it is. */
const TELL_MS = 100;

export async function* retain({ nativeBinding, ...order }: RetentionJob): AsyncGenerator<RetentionPart> {
  let told = Number.NEGATIVE_INFINITY;
  for await (const part of applyRetention({ ...order, ...(nativeBinding === null ? {} : { nativeBinding }) })) {
    if (part.share < 1 && performance.now() - told < TELL_MS) continue;
    told = performance.now();
    yield part;
  }
}
