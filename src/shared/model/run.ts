/** A run is one attempt at a task. Its states, as upstream stores them in `runs.status`. */
export const RUN_STATUSES = ["pending", "running", "success", "failure", "timeout", "cancelled"] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

/** Every legal transition of a run. Whoever holds the claim makes them; what ended stays as it ended. */
export const RUN_TRANSITIONS: ReadonlyArray<{
  readonly from: RunStatus;
  readonly to: RunStatus;
  readonly when: string;
}> = [
  { from: "pending", to: "running", when: "its process started" },
  { from: "pending", to: "failure", when: "its process could not be started" },
  { from: "pending", to: "cancelled", when: "it was cancelled before it started" },
  { from: "running", to: "success", when: "its process ended with exit code 0" },
  { from: "running", to: "failure", when: "its process ended otherwise, or is gone" },
  { from: "running", to: "timeout", when: "it was stopped at its time limit" },
  { from: "running", to: "cancelled", when: "it was stopped on request" },
];

export function isRunTerminal(status: string): boolean {
  return status === "success" || status === "failure" || status === "timeout" || status === "cancelled";
}

export function isLegalRunTransition(from: string, to: string): boolean {
  return RUN_TRANSITIONS.some((transition) => transition.from === from && transition.to === to);
}
