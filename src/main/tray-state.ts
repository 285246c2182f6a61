/** What the icon beside the clock says. */
export interface TrayState {
  /** The database's name. */
  readonly name: string;
  readonly running: number;
  readonly failed: number;
  /** Tasks that wait for a person. */
  readonly waiting: number;
  readonly unseen: number;
  /** Null: nobody here could pause it. */
  readonly isPaused: boolean | null;
}

/** Its colour says the worst; null: none. */
export type Dot = "failed" | "waiting" | "running" | null;

export function dotOf({ failed, waiting, running }: Pick<TrayState, "failed" | "waiting" | "running">): Dot {
  if (failed > 0) return "failed";
  if (waiting > 0) return "waiting";
  return running > 0 ? "running" : null;
}

export function tooltipOf(state: TrayState): string {
  const { name, running, failed, waiting, unseen, isPaused } = state;
  const counts = [
    `${running} running`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(waiting > 0 ? [`${waiting} waiting for a person`] : []),
    ...(unseen > 0 ? [`${unseen} unseen`] : []),
    ...(isPaused ? ["paused"] : []),
  ];
  return `Hive Console: ${name}\n${counts.join(", ")}`;
}
