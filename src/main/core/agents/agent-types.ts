import type { AgentCapability, AgentHealth } from "../../../shared/model/agent";
import type { AttemptLog } from "./attempt-log";

/*
 * Types alone, without those of plans: the package's export has them. `Work` is what a task says that is to be done;
 * the console's own agents are given `AgentWork`.
 */

declare global {
  /** For users of the package without the types of Node or of a browser, which say the rest. */
  interface AbortSignal {
    readonly aborted: boolean;
  }
}

export interface AgentInfo {
  readonly id: string;
  readonly type: string;
  readonly capabilities: readonly AgentCapability[];
  readonly description: string;
}

/** The variables of the console's own environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One attempt that an agent carries out inside the console's process. */
export interface AgentTaskOf<Work> {
  readonly subtaskId: string;
  readonly runId: string;
  readonly correlationId: string | null;
  /** With every expression filled in. */
  readonly work: Work;
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

/** What carries out a named agent's tasks as processes. */
export interface Program {
  /** A string is run by the shell, a list is an argument vector. */
  readonly run: string | readonly string[];
  /** What it is told before every task. */
  readonly instructions: string;
}

export interface AgentOf<Work> {
  readonly id: string;
  readonly type: string;
  readonly capabilities: readonly AgentCapability[];
  /**
   * Does the work and answers its result as JSON text (null: none). Throws `WorkFailure`. Null for what the runner
   * does itself: processes, join points and gates.
   */
  readonly execute: ((task: AgentTaskOf<Work>) => Promise<string | null>) | null;
  /** The program whose processes do the work, for an agent that has one. Throws `WorkFailure` when none is named. */
  readonly program: (() => Program) | null;
  /** Whether work that was cut off may be done once more without harm. */
  isRepeatable(work: Work): boolean;
  /** Finds out whether work would succeed now. Never throws for a finding; gives up when `signal` is aborted. */
  healthCheck(signal: AbortSignal): Promise<AgentHealth>;
  hasCapability(capability: AgentCapability): boolean;
  getInfo(): AgentInfo;
}

export interface AgentDefinitionOf<Work> extends AgentInfo {
  readonly execute?: AgentOf<Work>["execute"];
  readonly program?: AgentOf<Work>["program"];
  readonly isRepeatable?: AgentOf<Work>["isRepeatable"];
  readonly healthCheck: AgentOf<Work>["healthCheck"];
}
