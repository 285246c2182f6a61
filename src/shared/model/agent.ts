import type { NamedAgentType } from "./agent-work";

/** Whether an agent could work now. */
export interface AgentHealth {
  readonly status: "healthy" | "degraded" | "unhealthy";
  /** One line for people: what is wrong and what to do. */
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** An agent as lists show it. */
export interface AgentRow {
  readonly id: string;
  /** `process`, `join`, `http`, `llm`, `gate`; of a file `llm`, `command`, or `broken`. */
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly capabilities: readonly string[];
  /** `built-in`; `shipped`: its file comes with the program; `own`: the operator's. */
  readonly origin: "built-in" | "shipped" | "own";
  /** Of the operator's own ones. */
  readonly file: string | null;
  /** Why it cannot be used at all; null: it can, once it is healthy. */
  readonly problem: string | null;
}

export interface AgentCheck extends AgentHealth {
  readonly id: string;
}

/** An agent with what its file says. */
export interface AgentDetail extends AgentRow {
  /** Null for built-in and broken ones. */
  readonly settings: AgentSettings | null;
  /** The environment variables of the console that set it up. */
  readonly variables: readonly string[];
}

/** What a file says; null: the console's environment or the server decides. */
export interface AgentSettings {
  readonly type: NamedAgentType;
  /** What the agent is told before every task. */
  readonly prompt: string;
  readonly endpoint: string | null;
  readonly model: string | null;
  readonly keyEnv: string | null;
  readonly temperature: number | null;
  readonly maxTokens: number | null;
  readonly schema: Readonly<Record<string, unknown>> | null;
  readonly run: string | readonly string[] | null;
}
