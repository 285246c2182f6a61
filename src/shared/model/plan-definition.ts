import type { AgentId, AgentWork } from "./agent-work";

/** A plan as its author means it: parsed, validated and with every default filled in. Plain JSON. */
export interface PlanDefinition {
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly ParameterDefinition[];
  /** Environment for every subtask. A subtask's own entries win. */
  readonly env: Readonly<Record<string, string>>;
  /** Working folder of every subtask, relative to the plan file's folder. Default: that folder. */
  readonly cwd: string;
  /** The most tasks of this plan that run at once; null: as many as there are slots. */
  readonly concurrency: number | null;
  readonly subtasks: readonly SubtaskDefinition[];
}

/** `folder` is a path: relative to the caller's folder when given, to the plan file's when a default. */
export const PARAMETER_TYPES = ["string", "number", "boolean", "choice", "folder"] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];
export type ParameterValue = string | number | boolean;

export interface ParameterDefinition {
  readonly name: string;
  readonly type: ParameterType;
  readonly description: string;
  readonly required: boolean;
  /** Null: none, so a required parameter must be given. */
  readonly default: ParameterValue | null;
  /** For `choice` only. */
  readonly choices: readonly string[];
}

export interface SubtaskDefinition extends AgentWork {
  /** Unique in its plan; what `dependencies` name. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** `command` runs a process; `noop` completes at once (a join point); the others do what `AgentWork` says. */
  readonly agent: AgentId;
  /** A string is run by the shell, a list is an argument vector. Null for any agent but `command`. */
  readonly run: string | readonly string[] | null;
  readonly dependencies: readonly string[];
  /** Higher runs first. Default 1, as upstream's. */
  readonly priority: number;
  readonly retries: RetryPolicy;
  /** Time limit of one attempt in milliseconds; null: none. */
  readonly timeoutMs: number | null;
  readonly env: Readonly<Record<string, string>>;
  /** Null: the plan's. */
  readonly cwd: string | null;
}

/** When and how often a failed attempt is repeated. */
export interface RetryPolicy {
  /** Attempts after the first. Default 0. */
  readonly count: number;
  /** Delay before the first retry in milliseconds; doubles with each further one. Default 1,000. */
  readonly backoffMs: number;
  /** The longest delay in milliseconds. Default 300,000. */
  readonly maxMs: number;
}

/** One thing wrong, or worth a look, in a plan's text. */
export interface PlanFinding {
  readonly severity: "error" | "warning";
  readonly code: string;
  /** What is wrong and what to do, naming the subtask or parameter. */
  readonly message: string;
  /** 1-based; null when the finding has no place in the text (a missing parameter value). */
  readonly line: number | null;
  readonly column: number | null;
  readonly subtaskId: string | null;
}
