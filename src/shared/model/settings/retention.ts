import { type SettingDefinition, whole } from "./definition";

const NEXT_CLEANING = "with the next cleaning";

/** A keep time; 0 keeps for ever. */
function kept(name: string, label: string, says: string): SettingDefinition {
  return whole(
    {
      name,
      scope: "database",
      group: "retention",
      label,
      says: `${says} 0 keeps them for ever.`,
      default: 0,
      defaultWords: "0: for ever",
      effect: NEXT_CLEANING,
    },
    0,
    36_500,
    "days",
  );
}

export const RETENTION_SETTINGS: readonly SettingDefinition[] = [
  kept(
    "retention.completedDays",
    "Completed plans",
    "How long plans that completed are kept, with tasks, attempts and logs.",
  ),
  kept("retention.failedDays", "Failed plans", "How long plans that failed, or completed in part, are kept."),
  kept("retention.cancelledDays", "Cancelled plans", "How long plans that were cancelled are kept."),
  kept("retention.eventsDays", "Events", "How long events are kept."),
  kept("retention.logsDays", "Logs", "How long logs are kept; their attempts stay."),
  whole(
    {
      name: "retention.keepPlans",
      scope: "database",
      group: "retention",
      label: "Plans kept in any case",
      says: "The latest so many plans that have ended are kept, however old they are.",
      default: 100,
      effect: NEXT_CLEANING,
    },
    0,
    100_000,
    "plans",
  ),
];
