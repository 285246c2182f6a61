import { create } from "zustand";
import type { ParameterDefinition, ParameterValue } from "../../../shared/model/plan-definition";
import type { ScheduleDetail } from "../../../shared/model/schedule";

/** A plan that is about to be scheduled. */
export interface ScheduledPlan {
  readonly sourceId: string;
  readonly title: string;
  /** Those that differ from their defaults. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly fields: readonly ParameterDefinition[];
}

/** What the dialog asks about. */
export type ScheduleQuestion =
  | { readonly kind: "new"; readonly plan: ScheduledPlan }
  | { readonly kind: "change"; readonly schedule: ScheduleDetail };

export const useNewSchedule = create<{ readonly question: ScheduleQuestion | null }>()(() => ({ question: null }));

/** Asks when the plan is to be launched. */
export const askSchedule = (plan: ScheduledPlan): void => useNewSchedule.setState({ question: { kind: "new", plan } });
/** Asks what is to be other of a schedule. */
export const askScheduleChange = (schedule: ScheduleDetail): void =>
  useNewSchedule.setState({ question: { kind: "change", schedule } });
export const closeNewSchedule = (): void => useNewSchedule.setState({ question: null });
