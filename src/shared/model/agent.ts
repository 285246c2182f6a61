/** What carries out the prompt of an agent that a file defines. */
export type NamedAgentType = "llm" | "command";

/** What an agent is good for, in upstream's words. */
export const AGENT_CAPABILITIES = [
  "review",
  "plan",
  "code",
  "deploy",
  "test",
  "monitor",
  "orchestrate",
  "custom",
] as const;
export type AgentCapability = (typeof AGENT_CAPABILITIES)[number];

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
  /** What finding it out took. */
  readonly tookMs: number;
}

/** How an agent was found at one time. */
export interface AgentCheckPoint {
  readonly at: number;
  readonly status: string;
  readonly message: string;
  readonly tookMs: number;
}

/** What the newest attempts of the database say of an agent. */
export interface AgentPerformance {
  readonly agent: string;
  readonly running: number;
  readonly ended: number;
  /** 0 to 1; null: none has ended. */
  readonly successShare: number | null;
  readonly tookMs: { readonly p50: number | null; readonly p95: number | null };
}

/** An agent that something could be given to. */
export interface RoutedAgent {
  readonly id: string;
  readonly status: AgentHealth["status"];
  readonly message: string;
  /** Attempts that it has under way. */
  readonly running: number;
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
