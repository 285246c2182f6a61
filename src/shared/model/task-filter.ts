import { z } from "zod";

/** The most ids that a filter names one by one. */
const MOST_FILTER_IDS = 10_000;

/** A list that is there names something: an empty one would read as both "none" and "any". */
const listOf = <Item extends z.ZodType>(item: Item, most: number) => z.array(item).min(1).max(most).readonly();
const name = z.string().min(1).max(1_000);
const words = z.string().trim().min(1).max(500);
const range = (number: z.ZodNumber) =>
  z
    .strictObject({ min: number.optional(), max: number.optional() })
    .refine(({ min, max }) => min === undefined || max === undefined || min <= max, "min is above max");
const whole = z.int().min(-2_147_483_648).max(2_147_483_647);
const milliseconds = z.number().min(0).max(1e13);

/** Which tasks are left out: those that match any of these fields. Each means what it means in the filter itself. */
const excluded = z
  .strictObject({
    states: listOf(name, 100).optional(),
    planIds: listOf(name, 1_000).optional(),
    types: listOf(name, 200).optional(),
    workers: listOf(name, 1_000).optional(),
    tags: listOf(name, 200).optional(),
    error: words.optional(),
    text: words.optional(),
  })
  .refine((fields) => Object.values(fields).some((field) => field !== undefined), "nothing is left out");

/**
 * Which tasks are meant. A task matches when it matches every field that is there, and of a list any one item. A
 * filter without fields means all tasks of the database.
 *
 * Texts are found as they stand, ignoring the case of ASCII letters; `%`, `_` and `*` are ordinary characters.
 */
export const taskFilter = z.strictObject({
  /**
   * As shown (`TASK_STATES`): `waiting`, `retrying`, `blocked` and `stopping` apart from the `queued` and
   * `in_progress` that they are stored as. A status that nobody knows is named as it stands.
   */
  states: listOf(name, 100).optional(),
  planIds: listOf(name, 1_000).optional(),
  /** `tasks.task_type`; of a task that the console launched it is its agent. */
  types: listOf(name, 200).optional(),
  /** Who works on it, or did last (`tasks.assigned_worker`). */
  workers: listOf(name, 1_000).optional(),
  /** It has one of these tags, exactly so. A task whose tags cannot be read has none. */
  tags: listOf(name, 200).optional(),
  /** From `min` to `max`, both included. A task without a priority has 1. */
  priority: range(whole).optional(),
  /** Attempts begun, from `min` to `max`. */
  attempts: range(whole.min(0)).optional(),
  /** Milliseconds since it was created, at the time of asking. A task whose time cannot be read has no age, and matches none. */
  age: range(milliseconds).optional(),
  /** Milliseconds since its last change (`tasks.updated_at`), likewise. */
  unchangedFor: range(milliseconds).optional(),
  /** Part of why it failed last: of its reason, or of the error of its latest attempt. */
  error: words.optional(),
  /** Part of its title, of its id in its plan, or of its payload as stored; or its whole id. */
  text: words.optional(),
  /** Exactly these, as far as they exist. */
  ids: listOf(name, MOST_FILTER_IDS).optional(),
  not: excluded.optional(),
});

export type TaskFilter = z.output<typeof taskFilter>;
export type ExcludedTasks = z.output<typeof excluded>;

/** Whether a filter means every task of the database. */
export function meansEveryTask(filter: TaskFilter): boolean {
  return Object.values(filter).every((field) => field === undefined);
}
