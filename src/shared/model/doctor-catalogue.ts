import type { FindingKind } from "./doctor";

export interface FindingWords {
  /** What is looked for, in a few words. */
  readonly title: string;
  /** What it means that there are some. */
  readonly meaning: string;
  /** What to do. */
  readonly action: string;
  /** The repair, as a verb; null: there is none. */
  readonly repair: string | null;
  /** Reads whole tables: left out of a quick look. */
  readonly isHeavy: boolean;
}

/** docs/doctor.md says the same at length. */
export const DOCTOR_WORDS: Readonly<Record<FindingKind, FindingWords>> = {
  damage: {
    title: "Integrity of the file",
    meaning: "Pages of the file do not hold what SQLite wrote: a disk, a copy or another program has damaged it.",
    action: "Keep a copy of the file as it is, then restore a backup that was verified.",
    repair: null,
    isHeavy: true,
  },
  foreign_keys: {
    title: "Rows that point nowhere",
    meaning:
      "A row names another one that does not exist. Python programs do not enforce foreign keys; lists may miss such rows.",
    action:
      "Attempts of deleted tasks can be removed, and what names a deleted task can be cleared. Others: look at them in the explorer.",
    repair: "Remove or clear them",
    isHeavy: true,
  },
  json: {
    title: "JSON that does not parse",
    meaning:
      "A column that should hold JSON holds something else. It is shown as it stands, and what is in it is not used.",
    action: "Find the program that writes it, and correct the row in the explorer's write mode.",
    repair: null,
    isHeavy: true,
  },
  times: {
    title: "Times that do not parse",
    meaning: "A time is no time: such a row has no age, and sorts first or last.",
    action: "Find the program that writes it, and correct the row in the explorer's write mode.",
    repair: null,
    isHeavy: true,
  },
  tasks_without_run: {
    title: "Running tasks without a live attempt",
    meaning: "A task of a plan that the console runs is in progress, and nobody works on it: its plan waits for ever.",
    action: "Queue it again, or force the state that it should have.",
    repair: "Queue them again",
    isHeavy: false,
  },
  tasks_abandoned: {
    title: "Tasks whose worker is gone",
    meaning: "A task was given to a worker that is not registered, has ended, or has been silent for 15 minutes.",
    action: "Queue it again, or start its worker.",
    repair: "Queue them again",
    isHeavy: false,
  },
  runs_without_process: {
    title: "Attempts whose process is gone",
    meaning: "The database holds an attempt for running, and its process has ended. Its end has not been recorded yet.",
    action:
      "Whoever starts tasks next records how it ended, with its exit code: open the window, or run hive plan watch.",
    repair: null,
    isHeavy: false,
  },
  processes_without_run: {
    title: "Processes of attempts that are over",
    meaning: "An attempt has ended in the database, and its process still runs: it may still change files.",
    action: "Look at what it does; stop it.",
    repair: "Stop these processes",
    isHeavy: true,
  },
  counts: {
    title: "Counters of states",
    meaning:
      "A counter disagrees with the tasks: figures in lists are wrong, and a plan may not notice that it is over.",
    action: "Count anew.",
    repair: "Count anew",
    isHeavy: true,
  },
  unmet: {
    title: "Counters of dependencies",
    meaning: "What a task waits for disagrees with its dependencies: it starts too early, or never.",
    action: "Count anew; ready tasks then start.",
    repair: "Count anew",
    isHeavy: true,
  },
  ready_queue: {
    title: "The queue of ready tasks",
    meaning: "A task that could start is not in the queue, or one is in it that cannot.",
    action: "Put the queue right; ready tasks then start.",
    repair: "Put the queue right",
    isHeavy: true,
  },
  group_counts: {
    title: "Counters of concurrency groups",
    meaning: "A group counts other tasks than run: it lets too many start, or none.",
    action: "Count anew.",
    repair: "Count anew",
    isHeavy: false,
  },
  plans_not_ended: {
    title: "Plans that are over and have not ended",
    meaning: "Every task of a plan has ended, and the plan still counts as in progress.",
    action: "Whoever starts tasks ends it; or end it here.",
    repair: "End them",
    isHeavy: false,
  },
  events_missing: {
    title: "Events that do not add up",
    meaning:
      "A task has ended and no event says so: the history of its plan is incomplete, and time travel over it is not exact.",
    action: "Add the missing events, marked as reconstructed.",
    repair: "Add the missing events",
    isHeavy: true,
  },
  orphaned_logs: {
    title: "Files of attempts that do not exist",
    meaning: "Logs and results lie in the database's folder, and their attempts were deleted.",
    action: "Remove them to get the room back.",
    repair: "Remove the files",
    isHeavy: true,
  },
  missing_logs: {
    title: "Logs that are missing",
    meaning: "An attempt had a log, and its file is gone: moved with the database, or removed by hand.",
    action: "Nothing, if they were removed on purpose; else bring the folder back beside the database.",
    repair: null,
    isHeavy: true,
  },
  workers_unwell: {
    title: "Workers that are not well",
    meaning: "A worker has missed its heartbeats, or its process has ended.",
    action: "Rescue what it holds, or unregister it, in the Workers view.",
    repair: null,
    isHeavy: false,
  },
  dispatcher: {
    title: "Who starts tasks",
    meaning: "Tasks are ready, and nobody starts them.",
    action: "Open the window to operate, or run: hive plan watch --last",
    repair: null,
    isHeavy: false,
  },
  wal: {
    title: "The write-ahead log",
    meaning:
      "The log beside the database has grown large: some program reads for long, or none was there to fold it in.",
    action: "End programs that hold the database open for long; then fold it in.",
    repair: "Fold it into the file",
    isHeavy: false,
  },
  disk: {
    title: "Disk space",
    meaning: "With a full disk nothing is started, and nothing is written.",
    action: "Make room, or remove old tasks by retention and then shrink the file.",
    repair: null,
    isHeavy: false,
  },
  versions: {
    title: "Versions",
    meaning: "What the file was written by, and what reads it.",
    action: "Update the older one.",
    repair: null,
    isHeavy: false,
  },
};
