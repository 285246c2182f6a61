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

/** What is wrong with an agent's file. */
export interface AgentFinding {
  readonly line: number;
  readonly message: string;
}

/** Where an agent is defined: by the program's code, by a file of the program, of the user, or beside the database. */
export type AgentLayer = "built-in" | "program" | "user" | "database";

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
  readonly layer: AgentLayer;
  /** All that is wrong with its file. */
  readonly findings: readonly AgentFinding[];
  /** Definitions of the same id that this one stands in for, the nearest first. */
  readonly hides: readonly HiddenAgent[];
}

/** A definition that is not used: another one of its id comes first. */
export interface HiddenAgent {
  readonly layer: AgentLayer;
  /** Null: it comes with the program. */
  readonly file: string | null;
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

/** How an agent was found lately. */
export interface AgentStanding {
  readonly agent: string;
  /** The latest first, never empty. */
  readonly checks: readonly AgentCheckPoint[];
}

/** A task that only tried an agent. */
export interface AgentTrial {
  readonly planId: string;
  readonly taskId: string;
  readonly at: number | null;
  /** Of its task. */
  readonly status: string;
  /** What it was given. */
  readonly input: string;
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
  /** The same with what they are set to, in their order. */
  readonly setup: readonly AgentVariable[];
  /** Where files of its id are looked for, the first that is there wins; empty for built-in agents. */
  readonly places: readonly string[];
}

/** A variable of the console's environment that sets an agent up. */
export interface AgentVariable {
  readonly name: string;
  readonly sets: "endpoint" | "model" | "key" | "program";
  /** For this agent alone. */
  readonly isOwn: boolean;
  /** Null: it is not set. Of a key it is the name of the variable that holds it, never the key. */
  readonly value: string | null;
  /** What is wrong with the value; null: nothing that can be seen from here. */
  readonly problem: string | null;
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
