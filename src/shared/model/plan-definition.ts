import type { AgentCapability } from "./agent";
import type { AgentWork } from "./agent-work";
import type { ExecutorChoice } from "./fleet";

/**
 * A plan as its author means it: parsed, validated and with every default filled in. Plain JSON. Its executor and queue
 * hold for those of its subtasks that run something and say nothing else.
 */
export interface PlanDefinition extends ExecutorChoice {
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly ParameterDefinition[];
  /** Environment for every subtask. A subtask's own entries win. */
  readonly env: Readonly<Record<string, string>>;
  /** Working folder of every subtask, relative to the plan file's folder. Default: that folder. */
  readonly cwd: string;
  /** The most tasks of this plan that run at once; null: as many as there are slots. */
  readonly concurrency: number | null;
  /**
   * Concurrency groups by name, each with the most tasks of it that run at once, over all plans of the database (1: a
   * mutex). A group that a subtask names and that is not here has the limit 1.
   */
  readonly groups: Readonly<Record<string, number>>;
  /**
   * The subtask whose result is the plan's final one (a `FinalPlan`), or null. When it fails, the plan is
   * `synthesis_failed`.
   */
  readonly synthesis: string | null;
  readonly subtasks: readonly SubtaskDefinition[];
}

/**
 * `folder` is a path: relative to the caller's folder when given, to the plan file's when a default. `secret` is text
 * that is never shown, logged or kept in the database.
 */
export const PARAMETER_TYPES = ["string", "number", "boolean", "choice", "folder", "secret"] as const;
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
  /** A regular expression that the whole value fits, for `string` and `secret`. Null: any text. */
  readonly pattern: string | null;
}

/** What a subtask's failure does to the rest of its plan, after its last attempt. */
export const ON_FAILURE = ["fail", "continue", "escalate"] as const;
export type OnFailure = (typeof ON_FAILURE)[number];

/** Which end of its dependencies a subtask runs after. */
export const WHEN = ["success", "failure", "always"] as const;
export type When = (typeof WHEN)[number];

export interface SubtaskDefinition extends AgentWork, ExecutorChoice {
  /** Unique in its plan; what `dependencies` name. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /**
   * `command` runs a process; `noop` completes at once (a join point); the other built-in ones do what `AgentWork`
   * says. `ANY_AGENT`: `route` says who. Anything else is the id of a named agent.
   */
  readonly agent: string;
  /** What an agent has to be good for; the one that it goes to is chosen when an attempt starts. Absent: `agent` it is. */
  readonly route?: readonly AgentCapability[];
  /** A string is run by the shell, a list is an argument vector. Null for any agent but `command`. */
  readonly run: string | readonly string[] | null;
  readonly dependencies: readonly string[];
  /** Higher runs first. Default 1, as upstream's. */
  readonly priority: number;
  readonly retries: RetryPolicy;
  /** Of the worker that may run it. Null: any. */
  readonly role: string | null;
  /** All of them a worker needs to run it. */
  readonly capabilities: readonly string[];
  /** The concurrency group it runs in; null: none. */
  readonly group: string | null;
  readonly onFailure: OnFailure;
  readonly when: When;
  /** Time limit of one attempt in milliseconds; null: none. */
  readonly timeoutMs: number | null;
  readonly env: Readonly<Record<string, string>>;
  /** Null: the plan's. */
  readonly cwd: string | null;
  /** Only once launched, and only where something is filled in late. */
  readonly late?: LateText;
}

/**
 * What of a launched subtask is filled in when an attempt starts, for it refers to results or secrets. The strings named
 * here are templates; all others are final.
 */
export interface LateText {
  /** The items of `run`, a list. */
  readonly run: boolean;
  /** Names of variables in `env`. */
  readonly env: readonly string[];
  /** `cwd`, which then stands on the plan's folder. */
  readonly cwd: boolean;
  /** Parameters whose values are not in the database. */
  readonly secrets: readonly string[];
}

/** When and how often a failed attempt is repeated. */
export interface RetryPolicy {
  /** Attempts after the first. Default 0. */
  readonly count: number;
  /** Delay before the first retry in milliseconds; doubles with each further one. Default 1,000. */
  readonly backoffMs: number;
  /** The longest delay in milliseconds. Default 300,000. */
  readonly maxMs: number;
  /** The share of a delay that is random, 0 to 1. Default 0.2. */
  readonly jitter: number;
  /** Only an attempt that ended with one of these exit codes is repeated; null: any failed one. */
  readonly onExitCodes: readonly number[] | null;
}

export const NO_RETRIES: RetryPolicy = {
  count: 0,
  backoffMs: 1_000,
  maxMs: 300_000,
  jitter: 0.2,
  onExitCodes: null,
};

/** What holds for a subtask that says nothing about where and when it runs, and what its failure means. */
export const SUBTASK_DEFAULTS: Pick<SubtaskDefinition, "role" | "capabilities" | "group" | "onFailure" | "when"> = {
  role: null,
  capabilities: [],
  group: null,
  onFailure: "fail",
  when: "success",
};

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
