import { AGENT_IDS } from "../../../shared/model/agent-work";
import { ownIdentity } from "../process-identity";
import type { Skills } from "../store/queue";
import type { NewWorker } from "../store/workers";

/** What the slots of a console can do: approving is for people. */
export const LOCAL_CAPABILITIES = AGENT_IDS.filter((id) => id !== "approval");

/** The same as a kind of worker: a task that names a role is theirs when it names this one. */
export const LOCAL_SKILLS: Skills = { role: "local", capabilities: LOCAL_CAPABILITIES };

/** Those, and what else the operator says that they can do. */
export function localSkills(roles: readonly string[]): Skills {
  return roles.length === 0
    ? LOCAL_SKILLS
    : { ...LOCAL_SKILLS, capabilities: [...new Set([...LOCAL_CAPABILITIES, ...roles])] };
}

/** All ids of local workers lie between these texts: "." is what comes behind "-". */
export const LOCAL_IDS = ["local-", "local."] as const;

const LOCAL_WORKER = /^local-([1-9]\d*)$/;

/** The worker of a slot, counted from 1. The ids stay the same whichever console holds the lease. */
export function localWorkerId(slot: number): string {
  return `local-${slot}`;
}

/** The slot of a local worker; null for any other worker. */
export function slotOf(workerId: string): number | null {
  const slot = LOCAL_WORKER.exec(workerId)?.[1];
  return slot === undefined ? null : Number(slot);
}

export function localWorkerIds(slots: number): string[] {
  return Array.from({ length: slots }, (_, index) => localWorkerId(index + 1));
}

/** The rows of these local workers, as ours. */
export function localWorkers(ids: readonly string[], program: string, skills: Skills = LOCAL_SKILLS): NewWorker[] {
  const identity = ownIdentity();
  return ids.map((id) => ({
    id,
    ...skills,
    ...identity,
    program,
    slot: slotOf(id) ?? 0,
  }));
}
