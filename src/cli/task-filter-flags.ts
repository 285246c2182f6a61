import { type Command, InvalidArgumentError } from "commander";
import { HiveError } from "../shared/errors";
import { TASK_STATES } from "../shared/model/task";
import { meansEveryTask, type TaskFilter } from "../shared/model/task-filter";
import { collect, parseInteger } from "./operation-command";

/** Which tasks are meant, as the command line says it. */
export interface FilterFlags {
  readonly state?: readonly string[];
  readonly plan?: readonly string[];
  readonly type?: readonly string[];
  readonly worker?: readonly string[];
  readonly tag?: readonly string[];
  readonly minPriority?: number;
  readonly maxPriority?: number;
  readonly minAttempts?: number;
  readonly olderThan?: number;
  readonly error?: string;
  readonly text?: string;
  readonly all?: boolean;
}

export function addFilterOptions(command: Command): Command {
  return command
    .option("-s, --state <state>", `in this state (${TASK_STATES.join(", ")}); repeat it for more`, collect)
    .option("--plan <id>", "of this plan; repeat it for more", collect)
    .option("-t, --type <type>", "of this type or agent; repeat it for more", collect)
    .option("--worker <id>", "worked on by this worker, now or last; repeat it for more", collect)
    .option("--tag <tag>", "with this tag; repeat it for more", collect)
    .option("--min-priority <n>", "with at least this priority", parseInteger)
    .option("--max-priority <n>", "with at most this priority", parseInteger)
    .option("--min-attempts <n>", "begun at least so often", parseInteger)
    .option("--older-than <age>", "created longer ago than this: 30m, 2h, 7d", parseAge)
    .option("--error <text>", "whose last error holds this text")
    .option("--text <text>", "whose title or payload holds this text")
    .option("--all", "every task of the database");
}

const UNITS_MS = new Map([
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

function parseAge(text: string): number {
  const [, number, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = UNITS_MS.get(unit);
  if (number === undefined || ms === undefined) throw new InvalidArgumentError("Give an age: 90s, 30m, 2h, 7d.");
  return Number(number) * ms;
}

/** Throws `invalid_input` when nothing says which tasks are meant: a slip of the hand must not mean all of them. */
export function filterOf(ids: readonly string[], flags: FilterFlags): TaskFilter {
  const filter: TaskFilter = { ...(ids.length > 0 && { ids: [...new Set(ids)] }), ...narrowing(flags) };
  if (meansEveryTask(filter) === (flags.all === true)) return filter;
  const what = flags.all ? "--all means every task: leave out what narrows it down" : "Say which tasks are meant";
  throw new HiveError("invalid_input", `${what}: ids, a filter (--state failed --plan ID), or --all.`);
}

/** The one task that is named, and nothing else; null: it takes a filter. */
export function onlyTask(ids: readonly string[], flags: FilterFlags): string | null {
  const [id] = ids;
  return id !== undefined && ids.length === 1 && !flags.all && meansEveryTask(narrowing(flags)) ? id : null;
}

function narrowing(flags: FilterFlags): TaskFilter {
  const { minPriority, maxPriority, minAttempts, olderThan } = flags;
  const priority = {
    ...(minPriority !== undefined && { min: minPriority }),
    ...(maxPriority !== undefined && { max: maxPriority }),
  };
  return {
    ...(flags.state && { states: flags.state }),
    ...(flags.plan && { planIds: flags.plan }),
    ...(flags.type && { types: flags.type }),
    ...(flags.worker && { workers: flags.worker }),
    ...(flags.tag && { tags: flags.tag }),
    ...(Object.keys(priority).length > 0 && { priority }),
    ...(minAttempts !== undefined && { attempts: { min: minAttempts } }),
    ...(olderThan !== undefined && { age: { min: olderThan } }),
    ...(flags.error !== undefined && { error: flags.error }),
    ...(flags.text !== undefined && { text: flags.text }),
  };
}
