import type { ExamPart, FindingKind, RepairPreview, RepairReport } from "../../shared/model/doctor";
import { examine, makeRepair, previewRepair } from "../core/operations/doctor";
import type { ExplorerDatabase } from "./connection";

/** A database and where its logs lie. */
export interface DoctorDatabase extends ExplorerDatabase {
  readonly filesFolder: string;
}

export interface ExamJob extends DoctorDatabase {
  readonly thorough: boolean;
}

export interface RepairJob extends DoctorDatabase {
  readonly repair: FindingKind;
}

export interface RepairOrderJob extends RepairJob {
  readonly reason: string | null;
  readonly actor: string;
}

const targetOf = ({ file, nativeBinding, filesFolder }: DoctorDatabase) => ({
  file,
  filesFolder,
  ...(nativeBinding === null ? {} : { nativeBinding }),
});

/** At most so often, in milliseconds, does an examination tell how far it is. */
const TELL_MS = 100;

export async function* examineDatabase(job: ExamJob): AsyncGenerator<ExamPart> {
  let told = Number.NEGATIVE_INFINITY;
  for await (const part of examine({ ...targetOf(job), thorough: job.thorough })) {
    if (part.kind === "progress" && performance.now() - told < TELL_MS) continue;
    told = performance.now();
    yield part;
  }
}

export function previewRepairJob({ repair, ...job }: RepairJob): Promise<RepairPreview> {
  return previewRepair({ ...targetOf(job), kind: repair });
}

export async function* repairDatabase({ repair, reason, actor, ...job }: RepairOrderJob): AsyncGenerator<RepairReport> {
  let last: RepairReport | null = null;
  for await (const { report } of makeRepair({ ...targetOf(job), kind: repair, reason, actor })) last = report;
  yield last ?? { kind: repair, repaired: 0, left: 0 };
}
