/** What a queue of the fleet is called. As text in `plan.schema.json` too. */
export const QUEUE_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$";
export const DEFAULT_QUEUE = "default";

/** Who carries out a task: a console's own host, or a worker of the fleet. */
export const EXECUTORS = ["local", "fleet"] as const;
export type ExecutorName = (typeof EXECUTORS)[number];

/** What a plan, a subtask or a database says of who carries out tasks. What is absent is left to the next of them. */
export interface ExecutorChoice {
  readonly executor?: ExecutorName;
  /** Of the fleet. */
  readonly queue?: string;
}

/** The capability that a task of this queue asks for, and that none but the queue's workers have. */
export const queueCapability = (queue: string): string => `fleet:${queue}`;

const CAPABILITY = /^fleet:(.+)$/;

/** The fleet's queue among what a task asks for, or a worker has; null: it is none of the fleet's. */
export function queueOf(capabilities: readonly string[]): string | null {
  for (const capability of capabilities) {
    const queue = CAPABILITY.exec(capability)?.[1];
    if (queue !== undefined) return queue;
  }
  return null;
}
