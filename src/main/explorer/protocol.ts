import type { ErrorBody } from "../../shared/errors";
import type { ExamPart, RepairPreview, RepairReport } from "../../shared/model/doctor";
import type { RowCount, RowReference, Schema, SqlPart, TablePage, WholeCell } from "../../shared/model/explorer";
import type { LogFound } from "../../shared/model/log-search";
import type { CareAnswer, CareJob, RetentionJob, RetentionPart } from "./care-jobs";
import type { ExplorerDatabase } from "./connection";
import type { ExamJob, RepairJob, RepairOrderJob } from "./doctor-jobs";
import type { LogSearch } from "./log-search";
import type { ExportJob, ExportProgress } from "./result-export";
import type { SqlAsk, SqlRun } from "./sql-run";
import type { TablePageRequest } from "./table-page";
import type { CellPlace, ReferencesRequest } from "./whole-cell";
import type { Changes, CommitPart, CommitRun, WriteRun } from "./write-run";

/** What a job is given, what comes of it piece by piece, and what it may be asked for while it runs. */
interface JobShape<Input, Part, Ask = never> {
  readonly input: Input;
  readonly part: Part;
  readonly ask: Ask;
}

/** Work that may take as long as it takes: never done in main. `jobs.ts` says who does each. */
export interface ExplorerJobs {
  readonly searchLog: JobShape<LogSearch, LogFound>;
  readonly readSchema: JobShape<ExplorerDatabase, Schema>;
  readonly countRows: JobShape<ExplorerDatabase & { readonly tables: readonly string[] }, RowCount>;
  readonly runSql: JobShape<SqlRun, SqlPart, SqlAsk>;
  readonly readTable: JobShape<TablePageRequest, TablePage>;
  readonly readCell: JobShape<ExplorerDatabase & { readonly place: CellPlace }, WholeCell>;
  readonly readReferences: JobShape<ReferencesRequest, readonly RowReference[]>;
  readonly exportResult: JobShape<ExportJob, ExportProgress>;
  readonly previewWrite: JobShape<WriteRun, Changes>;
  readonly commitWrite: JobShape<CommitRun, CommitPart>;
  readonly examine: JobShape<ExamJob, ExamPart>;
  readonly previewRepair: JobShape<RepairJob, RepairPreview>;
  readonly repair: JobShape<RepairOrderJob, RepairReport>;
  readonly care: JobShape<CareJob, CareAnswer>;
  readonly retain: JobShape<RetentionJob, RetentionPart>;
}

export type JobName = keyof ExplorerJobs;
export type JobInput<Name extends JobName> = ExplorerJobs[Name]["input"];
export type JobPart<Name extends JobName> = ExplorerJobs[Name]["part"];
export type JobAsk<Name extends JobName> = ExplorerJobs[Name]["ask"];
export type JobOf<Name extends JobName> = { readonly kind: Name } & JobInput<Name>;
export type ExplorerJob = { readonly [Name in JobName]: JobOf<Name> }[JobName];
export type ExplorerPart = JobPart<JobName>;
export type ExplorerAsk = JobAsk<JobName>;

/** What a running job is asked for, in order. */
export interface Inbox<Ask> {
  next(): Promise<Ask>;
}

/** Who does a job: it ends when the iteration does. A HiveError that it throws is told as it is. */
export type JobWorker<Name extends JobName> = (
  input: JobInput<Name>,
  inbox: Inbox<JobAsk<Name>>,
) => AsyncIterable<JobPart<Name>>;

export type ToExplorer =
  | { readonly id: number; readonly job: ExplorerJob }
  | { readonly id: number; readonly ask: ExplorerAsk };

export type FromExplorer =
  | { readonly id: number; readonly part: ExplorerPart }
  | { readonly id: number; readonly end: null }
  | { readonly id: number; readonly failure: ErrorBody };
