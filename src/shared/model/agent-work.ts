import { z } from "zod";
import type { NamedAgentType } from "./agent";

/** The agents that every console has. What each is given stands under its own key of a subtask (`run` for `command`). */
export const AGENT_IDS = ["command", "noop", "http", "llm", "approval"] as const;
export type BuiltInAgentId = (typeof AGENT_IDS)[number];

/** What carries out a named agent's prompt: a language model, or a program of the operator's choice. */
export const NAMED_AGENT_TYPES = ["llm", "command"] as const satisfies readonly NamedAgentType[];

/** An agent that a file defines. A subtask that names it gives it a `prompt`. */
export interface NamedAgent {
  readonly id: string;
  readonly type: NamedAgentType;
  /** Why it cannot be used: its file is broken. Null: it can. */
  readonly problem: string | null;
}

/** The agents that come with the program: Hive's five and The Board's five. `resources/agents` has their files. */
export const SHIPPED_AGENTS: readonly NamedAgent[] = (
  [
    ["ai-deployer", "command"],
    ["ai-planner", "llm"],
    ["ai-reviewer", "llm"],
    ["ceo", "llm"],
    ["cfo", "llm"],
    ["cmo", "llm"],
    ["coo", "llm"],
    ["cto", "llm"],
    ["guardian", "llm"],
    ["hive-coder", "command"],
  ] as const
).map(([id, type]) => ({ id, type, problem: null }));

/** Stands in place of an agent's id for a task that goes to whichever agent can do it. No file can be called so. */
export const ANY_AGENT = "any agent";

/** What an agent of a file may be called. As text in `plan.schema.json` too. */
export const AGENT_ID_PATTERN = "^[a-z0-9][a-z0-9-]{0,49}$";

export function isBuiltInAgent(id: string): id is BuiltInAgentId {
  return AGENT_IDS.some((known) => known === id);
}

export const HTTP_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

const plainValue = z.union([z.string(), z.number(), z.boolean()]);

/** How an answer that only says "accepted" is followed to its end. */
const pollWork = z.object({
  /** Where the first answer holds the address to ask: a JSON pointer. */
  url: z.string(),
  intervalMs: z.number(),
  /** Where each answer holds how far it is: a JSON pointer. */
  status: z.string(),
  /** The value that means done. */
  until: plainValue,
  /** Values that mean failed. */
  fail: z.array(plainValue),
});

/**
 * A request. Strings may hold `${{ params.x }}` and `${{ subtasks.x.result.y }}`, filled in when it is sent.
 * Times are milliseconds.
 */
export const httpWork = z.object({
  method: z.enum(HTTP_METHODS),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  /** Text is sent as it stands, anything else as JSON; null: none. */
  body: z.unknown(),
  /** The environment variable of the console whose value goes along as bearer token; null: none. */
  keyEnv: z.string().nullable(),
  /** How long one request may take. */
  timeoutMs: z.number(),
  /** Status codes that mean success; null: 200 to 299. */
  expect: z.array(z.number()).nullable(),
  /** Which part of the JSON answer is the result: a JSON pointer; null: all of it. */
  result: z.string().nullable(),
  poll: pollWork.nullable(),
});
export type HttpWork = z.output<typeof httpWork>;
export type PollWork = NonNullable<HttpWork["poll"]>;

/** A question to a language model behind an OpenAI-compatible endpoint. Strings are filled in as those of `HttpWork`. */
export const llmWork = z.object({
  /** Null: the console's own default. */
  endpoint: z.string().nullable(),
  /** Null: the console's own default. */
  model: z.string().nullable(),
  keyEnv: z.string().nullable(),
  system: z.string().nullable(),
  prompt: z.string(),
  /** Null: the server's own. */
  temperature: z.number().nullable(),
  /** Null: the server's own limit. */
  maxTokens: z.number().nullable(),
  /** A JSON Schema that the answer must fit; null: the answer is text. */
  schema: z.record(z.string(), z.unknown()).nullable(),
});
export type LlmWork = z.output<typeof llmWork>;

/** What a person decides at a gate. */
export const approvalWork = z.object({ instructions: z.string() });
export type ApprovalWork = z.output<typeof approvalWork>;

/** What the program behind a named agent is given. The string is filled in as those of `HttpWork`. */
export const programWork = z.object({ prompt: z.string() });
type ProgramWork = z.output<typeof programWork>;

/**
 * What an agent other than `command` is given: the member named like the agent. A named agent has `llm`, where its
 * file fills in what is null, or `program`, as its type says.
 */
export interface AgentWork {
  readonly http?: HttpWork;
  readonly llm?: LlmWork;
  readonly approval?: ApprovalWork;
  readonly program?: ProgramWork;
}

/** What a model is asked with where an agent's file, or the console's settings, say everything. */
export const SETTINGS_OF_AGENT = {
  endpoint: null,
  model: null,
  keyEnv: null,
  system: null,
  temperature: null,
  maxTokens: null,
  schema: null,
} as const;
