import { create } from "zustand";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { call } from "../../api";

/** Titles of plans by id, as far as somebody asked. */
export const usePlanNames = create<{ readonly titles: Readonly<Record<string, string>> }>()(() => ({ titles: {} }));

const MOST_OF_A_NAME = 50;

export function notePlans(plans: ReadonlyArray<{ readonly id: string; readonly title: string }>): void {
  const { titles } = usePlanNames.getState();
  const fresh = plans.filter(({ id, title }) => titles[id] !== title);
  if (fresh.length === 0) return;
  usePlanNames.setState({ titles: { ...titles, ...Object.fromEntries(fresh.map(({ id, title }) => [id, title])) } });
}

/** The plans that a word means: the one with this id, else those with it in their title; the word itself when none has. */
async function plansOf(word: string): Promise<readonly string[]> {
  if (Object.hasOwn(usePlanNames.getState().titles, word)) return [word];
  try {
    const plan = await call("plans.get", { planId: word });
    notePlans([plan]);
    return [plan.id];
  } catch {
    const { plans } = await call("search.find", { text: word, limit: MOST_OF_A_NAME });
    notePlans(plans);
    return plans.length === 0 ? [word] : plans.map(({ id }) => id);
  }
}

async function idsOf(words: readonly string[]): Promise<readonly string[]> {
  return [...new Set((await Promise.all(words.map(plansOf))).flat())];
}

/** The filter with the ids of plans in place of their titles. What cannot be looked up stays as it was typed. */
export async function resolvePlans(filter: TaskFilter): Promise<TaskFilter> {
  const { planIds, not } = filter;
  try {
    return {
      ...filter,
      ...(planIds === undefined ? {} : { planIds: await idsOf(planIds) }),
      ...(not?.planIds === undefined ? {} : { not: { ...not, planIds: await idsOf(not.planIds) } }),
    };
  } catch {
    return filter;
  }
}
