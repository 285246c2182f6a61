import type { PlanningRequest, PlanningStatus } from "../../../shared/model/planning";

interface PlanningLook {
  /** A plan's or a task's state that looks the same: glyph and hue. */
  readonly state: string;
  readonly word: string;
}

const LOOKS: Readonly<Record<PlanningStatus, PlanningLook>> = {
  pending: { state: "queued", word: "Waiting" },
  assigned: { state: "in_progress", word: "Being planned" },
  planned: { state: "review_pending", word: "Planned" },
  completed: { state: "completed", word: "Completed" },
  failed: { state: "failed", word: "Failed" },
};

/** How the state of a request is shown; one that nobody knows keeps its own word. */
export function planningLook(status: string): PlanningLook {
  const known = Object.entries(LOOKS).find(([name]) => name === status)?.[1];
  return known ?? { state: "unknown", word: status === "" ? "No state" : status };
}

/** The first line of what was asked for. */
export const titleOf = ({ description }: Pick<PlanningRequest, "description">): string =>
  description
    .split("\n")
    .find((line) => line.trim() !== "")
    ?.trim() ?? "Nothing was said";
