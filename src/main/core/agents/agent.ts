import { AGENT_CAPABILITIES, type AgentCapability, type AgentHealth } from "../../../shared/model/agent";
import type { AgentWork } from "../../../shared/model/agent-work";
import type { AttemptLog } from "./attempt-log";
import type { Program } from "./program";

export { AGENT_CAPABILITIES, type AgentCapability, type AgentHealth };

export interface AgentInfo {
  readonly id: string;
  readonly type: string;
  readonly capabilities: readonly AgentCapability[];
  readonly description: string;
}

/** The variables of the console's own environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One attempt that an agent carries out inside the console's process. */
export interface AgentTask {
  readonly subtaskId: string;
  readonly runId: string;
  readonly correlationId: string | null;
  /** With every expression filled in. */
  readonly work: AgentWork;
  /** What `saveProgress` was given last, when another console began the attempt; null: it begins now. */
  readonly progress: unknown;
  /** Remembers how far it is, for the console that takes the attempt up should this one end. */
  readonly saveProgress: (progress: unknown) => Promise<void>;
  readonly log: AttemptLog;
  /** Where a result goes that is too large for the database. */
  readonly resultFile: string;
  readonly environment: Environment;
  /** Aborted when the attempt is to stop. */
  readonly signal: AbortSignal;
}

/** Why an attempt failed, in words for the operator. Anything else that `execute` throws is a defect. */
export class WorkFailure extends Error {
  override readonly name: string = "WorkFailure";
}

/** A failure that would be the same again, until somebody changes something: no retries for it. */
export class FinalFailure extends WorkFailure {
  override readonly name = "FinalFailure";
}

export interface Agent {
  readonly id: string;
  readonly type: string;
  readonly capabilities: readonly AgentCapability[];
  /**
   * Does the work and answers its result as JSON text (null: none). Throws `WorkFailure`. Null for what the runner
   * does itself: processes, join points and gates.
   */
  readonly execute: ((task: AgentTask) => Promise<string | null>) | null;
  /** The program whose processes do the work, for an agent that has one. Throws `WorkFailure` when none is named. */
  readonly program: (() => Program) | null;
  /** Whether work that was cut off may be done once more without harm. */
  isRepeatable(work: AgentWork): boolean;
  /** Finds out whether work would succeed now. Never throws for a finding; gives up when `signal` is aborted. */
  healthCheck(signal: AbortSignal): Promise<AgentHealth>;
  hasCapability(capability: AgentCapability): boolean;
  getInfo(): AgentInfo;
}

export interface AgentDefinition extends AgentInfo {
  readonly execute?: Agent["execute"];
  readonly program?: Agent["program"];
  readonly isRepeatable?: Agent["isRepeatable"];
  readonly healthCheck: Agent["healthCheck"];
}

export function defineAgent(definition: AgentDefinition): Agent {
  const {
    id,
    type,
    capabilities,
    description,
    healthCheck,
    execute = null,
    program = null,
    isRepeatable = () => true,
  } = definition;
  return {
    id,
    type,
    capabilities,
    execute,
    program,
    isRepeatable,
    healthCheck,
    hasCapability: (capability) => capabilities.includes(capability),
    getInfo: () => ({ id, type, capabilities, description }),
  };
}

export function healthy(message: string, details: AgentHealth["details"] = {}): AgentHealth {
  return { status: "healthy", message, details };
}

export function unhealthy(message: string, details: AgentHealth["details"] = {}): AgentHealth {
  return { status: "unhealthy", message, details };
}
