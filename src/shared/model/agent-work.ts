import { z } from "zod";

/** The agents that a subtask can name. */
export const AGENT_IDS = ["command", "noop", "http", "llm", "approval"] as const;
export type AgentId = (typeof AGENT_IDS)[number];

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

/** What an agent other than `command` is given: the member named like the agent. */
export interface AgentWork {
  readonly http?: HttpWork;
  readonly llm?: LlmWork;
  readonly approval?: ApprovalWork;
}
