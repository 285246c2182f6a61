import { z } from "zod";

/** `problem`: something does not work, or is lost. `warning`: worth knowing. `ok`: looked at, nothing found. */
export const SEVERITIES = ["ok", "warning", "problem"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What the doctor looks for. `doctor-catalogue.ts` says what each means. */
export const FINDING_KINDS = [
  "damage",
  "foreign_keys",
  "json",
  "times",
  "tasks_without_run",
  "tasks_abandoned",
  "runs_without_process",
  "processes_without_run",
  "counts",
  "unmet",
  "ready_queue",
  "group_counts",
  "plans_not_ended",
  "events_missing",
  "orphaned_logs",
  "missing_logs",
  "workers_unwell",
  "dispatcher",
  "wal",
  "disk",
  "versions",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];
export const findingKind = z.enum(FINDING_KINDS);

/** What a row of a finding is, and so where it can be looked at. */
export type FoundEntity = "task" | "run" | "plan" | "worker" | "event" | "row" | "file" | "figure";

/** One thing that a check has found. */
export interface FoundRow {
  readonly entity: FoundEntity;
  /** Of a `row`: `table:rowid`; of a `file`: its path. */
  readonly id: string;
  readonly planId: string | null;
  /** What it is called, for people. */
  readonly title: string;
  /** What is wrong with it. */
  readonly words: string;
  /** What a repair makes of it; null: nothing, it is left to a person. */
  readonly becomes: string | null;
}

/** At most so many rows are listed; all are counted. */
export const MOST_FOUND = 200;

export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** How many rows there are; of an `ok` one what was looked at. */
  readonly count: number;
  readonly rows: readonly FoundRow[];
  /** In one line: what was found, or what was looked at. */
  readonly words: string;
  /** Rows that a repair would change; 0: there is none. */
  readonly repairable: number;
}

/** How far an examination is. */
export interface ExamProgress {
  /** The check that is under way. */
  readonly kind: FindingKind;
  /** From 0 to 1, over all checks. */
  readonly share: number;
  /** What is being read: a table, a plan. */
  readonly detail: string;
}

export type ExamPart =
  | { readonly kind: "progress"; readonly progress: ExamProgress }
  | { readonly kind: "finding"; readonly finding: Finding };

/** What is new of an examination since it was asked last. */
export interface ExamNews {
  readonly progress: ExamProgress | null;
  readonly findings: readonly Finding[];
  readonly isDone: boolean;
}

export interface RepairPreview {
  readonly kind: FindingKind;
  /** Exactly what it would change now; `rows` are the first of them. */
  readonly count: number;
  readonly rows: readonly FoundRow[];
  /** Rows that are left to a person. */
  readonly left: number;
}

export interface RepairReport {
  readonly kind: FindingKind;
  readonly repaired: number;
  /** Rows that were as they should be by then, or that could not be changed. */
  readonly left: number;
}
