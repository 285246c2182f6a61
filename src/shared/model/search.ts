/** What a text typed into the command palette may mean. */
export interface FoundPlan {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly createdAt: number | null;
}

export interface FoundTask {
  readonly id: string;
  readonly title: string;
  /** As stored. */
  readonly status: string;
  readonly planId: string | null;
  readonly planTitle: string | null;
  readonly subtaskId: string | null;
}

export interface FoundWorker {
  readonly id: string;
  readonly role: string;
  readonly state: string;
  readonly currentTaskTitle: string | null;
}

export interface FoundAgent {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

export interface Found {
  readonly plans: readonly FoundPlan[];
  readonly tasks: readonly FoundTask[];
  readonly workers: readonly FoundWorker[];
  /** Broken files too: their title is their id. */
  readonly agents: readonly FoundAgent[];
  /** Older tasks were not looked at yet: the place to go on from. Null: all of them were, or enough was found. */
  readonly next: string | null;
}
