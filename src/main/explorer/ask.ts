import { HiveError } from "../../shared/errors";
import type { Explorer } from "./client";
import type { JobName, JobOf, JobPart } from "./protocol";

/** Rows of 100 MB fit, and what grows without end is stopped before the machine suffers, in bytes. */
export const MOST_MEMORY = 1_500_000_000;

/** Jobs with one answer. Another one of the same asker takes the place of the one before. */
export interface Asking {
  /** Throws what the job throws; `not_allowed` when it was given up or took longer than its limit. */
  ask<Name extends JobName>(asker: string, job: JobOf<Name>, limitMs: number): Promise<JobPart<Name>>;
  /** Every part until its end, or until its limit: then what there is. */
  collect<Name extends JobName>(asker: string, job: JobOf<Name>, limitMs: number): Promise<JobPart<Name>[]>;
  cancel(asker: string): void;
  stop(): void;
}

export function createAsking(explorer: Explorer, memoryBytes = MOST_MEMORY): Asking {
  const running = new Map<string, () => void>();

  async function parts<Name extends JobName>(asker: string, job: JobOf<Name>, limitMs: number) {
    running.get(asker)?.();
    const found: JobPart<Name>[] = [];
    const options = {
      onPart: (part: JobPart<Name>) => void found.push(part),
      timeoutMs: limitMs,
      memoryBytes,
    };
    const { ended, cancel } = explorer.run<Name>(job, options);
    running.set(asker, cancel);
    const error = await ended.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (running.get(asker) === cancel) running.delete(asker);
    return { found, error };
  }

  return {
    async ask(asker, job, limitMs) {
      const { found, error } = await parts(asker, job, limitMs);
      if (error !== null) throw error;
      const [first] = found;
      if (first === undefined) throw new HiveError("not_allowed", "It was given up.", { asker });
      return first;
    },
    async collect(asker, job, limitMs) {
      const { found, error } = await parts(asker, job, limitMs);
      const isLate = error instanceof HiveError && error.code === "not_allowed";
      if (error !== null && !isLate) throw error;
      return found;
    },
    cancel: (asker) => running.get(asker)?.(),
    stop() {
      for (const cancel of running.values()) cancel();
    },
  };
}
