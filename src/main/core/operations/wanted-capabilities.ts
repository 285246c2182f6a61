import { AGENT_CAPABILITIES, type AgentCapability } from "../../../shared/model/agent";
import { payloadKeys } from "../plan/payload-keys";

/** What a task asks of an agent; empty: it asks nothing that an agent is for, or is not to be begun by itself. */
export function wantedOf({ payload }: { readonly payload: unknown }): AgentCapability[] {
  const { planId, dependencies } = payloadKeys(payload);
  if (planId !== null || dependencies.length > 0 || typeof payload !== "object" || payload === null) return [];
  const asked: unknown = "required_capabilities" in payload ? payload.required_capabilities : null;
  const words: readonly unknown[] = Array.isArray(asked) ? asked : [asked];
  const known = words.map((word) => AGENT_CAPABILITIES.find((one) => one === word));
  return known.flatMap((one) => one ?? []).length === words.length ? known.flatMap((one) => one ?? []) : [];
}
