import { create } from "zustand";
import type { ParameterDefinition, ParameterValue } from "../../../shared/model/plan-definition";

/** A plan that is about to be scheduled. */
export interface ScheduledPlan {
  readonly sourceId: string;
  readonly title: string;
  /** Those that differ from their defaults. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly fields: readonly ParameterDefinition[];
}

export const useNewSchedule = create<{ readonly plan: ScheduledPlan | null }>()(() => ({ plan: null }));

/** Asks when the plan is to be launched. */
export const askSchedule = (plan: ScheduledPlan): void => useNewSchedule.setState({ plan });
export const closeNewSchedule = (): void => useNewSchedule.setState({ plan: null });
