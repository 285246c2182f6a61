import type { RetryPolicy } from "../../../shared/model/plan-definition";

/**
 * How long to wait after failed attempt number `attempt` (1 for the first) before the next, in whole
 * milliseconds: the backoff doubled with each attempt, capped, of which the share `jitter` is random, so that tasks
 * that failed together do not come back together.
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number, random: () => number): number {
  const doubled = policy.backoffMs * 2 ** Math.max(0, attempt - 1);
  const capped = Math.min(doubled, policy.maxMs);
  return Math.round(capped * (1 - policy.jitter * (1 - random())));
}
