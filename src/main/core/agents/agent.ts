import { AGENT_CAPABILITIES, type AgentCapability, type AgentHealth } from "../../../shared/model/agent";
import type { AgentWork } from "../../../shared/model/agent-work";
import type { AgentDefinitionOf, AgentInfo, AgentOf, AgentTaskOf, Environment } from "./agent-types";
import { defineAgent as define } from "./define-agent";

export type { AgentInfo, Environment };
export { AGENT_CAPABILITIES, type AgentCapability, type AgentHealth };

/** An agent of the console's own, with work of a plan. */
export type Agent = AgentOf<AgentWork>;
export type AgentTask = AgentTaskOf<AgentWork>;
export type AgentDefinition = AgentDefinitionOf<AgentWork>;
export const defineAgent = define<AgentWork>;

/** Why an attempt failed, in words for the operator. Anything else that `execute` throws is a defect. */
export class WorkFailure extends Error {
  override readonly name: string = "WorkFailure";
}

/** A failure that would be the same again, until somebody changes something: no retries for it. */
export class FinalFailure extends WorkFailure {
  override readonly name = "FinalFailure";
}

export function healthy(message: string, details: AgentHealth["details"] = {}): AgentHealth {
  return { status: "healthy", message, details };
}

export function unhealthy(message: string, details: AgentHealth["details"] = {}): AgentHealth {
  return { status: "unhealthy", message, details };
}
