import { isMap, type Node } from "yaml";
import { z } from "zod";
import {
  type AgentWork,
  type ApprovalWork,
  HTTP_METHODS,
  type HttpWork,
  type LlmWork,
  type PollWork,
} from "../../../shared/model/agent-work";
import type { Expressive } from "./expressions";
import { readDuration } from "./read-duration";
import { noteExpressive, readJson } from "./read-json";
import { VARIABLE_NAME_PATTERN } from "./read-surroundings";
import {
  type Field,
  type Fields,
  fault,
  hasKey,
  isPlainValue,
  knownKeys,
  readInteger,
  readList,
  readMapping,
  readText,
  readWord,
  type Subject,
  scalarText,
  whatIs,
} from "./reading";

export const HTTP_KEYS = knownKeys([
  "method",
  "url",
  "headers",
  "body",
  "key_env",
  "timeout",
  "expect",
  "result",
  "poll",
]);
export const POLL_KEYS = knownKeys(["url", "interval", "status", "until", "fail"]);
export const LLM_KEYS = knownKeys([
  "endpoint",
  "model",
  "key_env",
  "system",
  "prompt",
  "temperature",
  "max_tokens",
  "schema",
]);
export const APPROVAL_KEYS = knownKeys(["instructions"]);

/** As text in `plan.schema.json` too. */
export const POINTER_PATTERN = "^(/.*)?$";
const wholePointer = new RegExp(POINTER_PATTERN);
const wholeVariable = new RegExp(VARIABLE_NAME_PATTERN);
/** A field name of RFC 9110. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const REQUEST_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 2_000;
export const STATUS_RANGE = { min: 100, max: 599 } as const;
export const TOKENS_RANGE = { min: 1, max: 10_000_000 } as const;
export const HOTTEST = 2;

const WORK_KEYS = ["http", "llm", "approval"] as const;

/** What each agent's key is for, when it is missing. */
const MEANING: Readonly<Record<(typeof WORK_KEYS)[number], string>> = {
  http: "what to request",
  llm: "what to ask",
  approval: "what to decide",
};

interface Work {
  readonly subject: Subject;
  readonly fields: Fields;
  /** Notes a string that may hold expressions. */
  readonly note: (text: string, node: Node) => void;
  /** As `note`, for a string that may hold secrets, too. */
  readonly noteSecret: (text: string, node: Node) => void;
}

/** Reads what the subtask's agent is to do: the key named like the agent, which no other agent may have. */
export function readWork(
  subject: Subject,
  fields: Fields,
  node: Node,
  { agent, dependencies }: { readonly agent: string | null; readonly dependencies: readonly string[] },
  expressive: Expressive[],
): AgentWork {
  const work: { http?: HttpWork; llm?: LlmWork; approval?: ApprovalWork } = {};
  for (const key of WORK_KEYS) {
    const field = fields.get(key);
    if (agent !== null && field && agent !== key) {
      const problem = `has "${key}", but its agent is ${agent}: write "agent: ${key}", or remove "${key}".`;
      fault(subject, "unexpected_key", field.key, problem);
    } else if (agent === key && !field && !hasKey(node, key)) {
      fault(subject, "missing_key", fields.get("agent")?.key ?? node, `has no "${key}": add it (${MEANING[key]}).`);
    }
    if (!field || agent !== key) continue;
    const inner: Subject = { ...subject, name: `${subject.name}: "${key}"` };
    // A person's instructions are shown from the launch on, before there are results.
    const note = noteExpressive(expressive, inner, key === "approval" ? undefined : dependencies);
    const noteSecret = noteExpressive(expressive, inner, dependencies, true);
    if (key === "http") work.http = readHttp(inner, field, { note, noteSecret });
    else if (key === "llm") work.llm = readLlm(inner, field, note);
    else work.approval = readApproval(inner, field, note);
  }
  if (agent === "approval") refuseLimits(subject, fields);
  return work;
}

/** A gate waits for a person, however long that takes, and is passed or not. */
function refuseLimits(subject: Subject, fields: Fields): void {
  for (const key of ["timeout", "retries"]) {
    const field = fields.get(key);
    if (field) fault(subject, "unexpected_key", field.key, `has "${key}", which an approval cannot have: remove it.`);
  }
}

function readHttp(subject: Subject, field: Field, notes: Pick<Work, "note" | "noteSecret">): HttpWork | undefined {
  const fields = readMapping(subject, field.value, HTTP_KEYS);
  if (!fields) return undefined;
  const work: Work = { subject, fields, ...notes };
  const timeout = fields.get("timeout");
  const body = fields.get("body");
  const method = readMethod(work);
  if (body && (method === "GET" || method === "HEAD")) {
    fault(subject, "unexpected_key", body.key, `has a "body", which ${method} does not send: give another "method".`);
  }
  return {
    method,
    url: requiredText(work, field, "url", "the address"),
    headers: readHeaders(work),
    body: body ? readJson(subject, body.value, notes.noteSecret) : null,
    keyEnv: readKeyEnv(work),
    timeoutMs: (timeout && readDuration(subject, timeout, { mayBeZero: false })) ?? REQUEST_TIMEOUT_MS,
    expect: readExpect(work),
    result: readPointer(subject, fields.get("result")),
    poll: readPoll(work),
  };
}

function readMethod({ subject, fields }: Work): HttpWork["method"] {
  const field = fields.get("method");
  if (!field) return fields.has("body") ? "POST" : "GET";
  const written = readText(subject, field);
  const method = HTTP_METHODS.find((known) => known === written);
  if (method) return method;
  if (written !== null) {
    const problem = `has the unknown method ${JSON.stringify(written)}. Known are ${HTTP_METHODS.join(", ")}.`;
    fault(subject, "unknown_method", field.value, problem);
  }
  return "GET";
}

function readHeaders({ subject, fields, noteSecret }: Work): Record<string, string> {
  const field = fields.get("headers");
  const headers: [string, string][] = [];
  for (const [name, { key, value }] of (field && readMapping(subject, field.value, null)) ?? []) {
    const text = readWord(subject, value, `the header ${name}`);
    if (!headerName.test(name))
      fault(subject, "bad_header", key, `has the header ${JSON.stringify(name)}: no such name.`);
    else if (text !== null) {
      headers.push([name, text]);
      noteSecret(text, value);
    }
  }
  return Object.fromEntries(headers);
}

function readExpect({ subject, fields }: Work): number[] | null {
  const field = fields.get("expect");
  if (!field) return null;
  const items = isPlainValue(field.value) ? [field.value] : (readList(subject, field, "status codes") ?? []);
  return items.flatMap((value) => readInteger(subject, { key: field.key, value }, STATUS_RANGE) ?? []);
}

function readPoll({ subject, fields }: Work): PollWork | null {
  const field = fields.get("poll");
  if (!field) return null;
  const poll: Subject = { ...subject, name: `${subject.name}: "poll"` };
  const given = readMapping(poll, field.value, POLL_KEYS);
  if (!given) return null;
  for (const [key, meaning] of POLL_NEEDS) {
    if (!given.has(key) && !hasKey(field.value, key)) {
      fault(poll, "missing_key", field.key, `has no "${key}": add it (${meaning}).`);
    }
  }
  const interval = given.get("interval");
  const until = given.get("until");
  const fail = given.get("fail");
  const failing = fail ? (isPlainValue(fail.value) ? [fail.value] : (readList(poll, fail, "values") ?? [])) : [];
  return {
    url: readPointer(poll, given.get("url")) ?? "",
    intervalMs: (interval && readDuration(poll, interval, { mayBeZero: false })) ?? POLL_INTERVAL_MS,
    status: readPointer(poll, given.get("status")) ?? "",
    until: (until && plainValue(poll, until.value, '"until"')) ?? "",
    fail: failing.flatMap((item) => plainValue(poll, item, 'an item of "fail"') ?? []),
  };
}

const POLL_NEEDS = [
  ["url", "where the answer holds the address to ask, as /links/status"],
  ["status", "where each answer holds how far it is, as /state"],
  ["until", "the value that means done"],
] as const;

function plainValue(subject: Subject, node: Node, what: string): string | number | boolean | null {
  if (isPlainValue(node)) return node.value;
  fault(subject, "wrong_type", node, `needs text, a number or a boolean as ${what}, not ${whatIs(node)}.`);
  return null;
}

function readLlm(subject: Subject, field: Field, note: Work["note"]): LlmWork | undefined {
  const fields = readMapping(subject, field.value, LLM_KEYS);
  if (!fields) return undefined;
  const work: Work = { subject, fields, note, noteSecret: note };
  const tokens = fields.get("max_tokens");
  return {
    endpoint: noted(work, "endpoint"),
    model: noted(work, "model"),
    keyEnv: readKeyEnv(work),
    system: noted(work, "system"),
    prompt: requiredText(work, field, "prompt", "the question"),
    temperature: readTemperature(work),
    maxTokens: tokens ? readInteger(subject, tokens, TOKENS_RANGE) : null,
    schema: readSchema(work),
  };
}

function readTemperature({ subject, fields }: Work): number | null {
  const field = fields.get("temperature");
  if (!field) return null;
  const value = isPlainValue(field.value) ? field.value.value : null;
  if (typeof value === "number" && value >= 0 && value <= HOTTEST) return value;
  const problem = `needs a number from 0 to ${HOTTEST} as "temperature", not ${whatIs(field.value)}.`;
  fault(subject, "wrong_type", field.value, problem);
  return null;
}

function readSchema({ subject, fields }: Work): Record<string, unknown> | null {
  const field = fields.get("schema");
  if (!field) return null;
  if (!isMap(field.value)) {
    fault(subject, "wrong_type", field.value, `needs a JSON Schema as "schema", not ${whatIs(field.value)}.`);
    return null;
  }
  const schema = readJson(subject, field.value, () => undefined);
  try {
    const entries = Object.entries(schema ?? {});
    z.fromJSONSchema(Object.fromEntries(entries));
    return Object.fromEntries(entries);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    fault(subject, "bad_schema", field.value, `has a "schema" that answers cannot be checked against: ${why}.`);
    return null;
  }
}

function readApproval(subject: Subject, field: Field, note: Work["note"]): ApprovalWork | undefined {
  const fields = readMapping(subject, field.value, APPROVAL_KEYS);
  if (!fields) return undefined;
  return {
    instructions: requiredText({ subject, fields, note, noteSecret: note }, field, "instructions", "what to look at"),
  };
}

function noted({ subject, fields, note }: Work, key: string): string | null {
  const field = fields.get(key);
  const text = readText(subject, field, false);
  if (field && text !== null) note(text, field.value);
  return text;
}

function requiredText(work: Work, field: Field, key: string, meaning: string): string {
  if (!work.fields.has(key) && !hasKey(field.value, key)) {
    fault(work.subject, "missing_key", field.key, `has no "${key}": add it (${meaning}).`);
  }
  return noted(work, key) ?? "";
}

function readKeyEnv({ subject, fields }: Work): string | null {
  const field = fields.get("key_env");
  const name = readText(subject, field, false);
  if (!field || name === null || wholeVariable.test(name)) return name;
  const problem = 'needs the name of an environment variable as "key_env", never the key itself.';
  fault(subject, "bad_variable", field.value, problem);
  return null;
}

function readPointer(subject: Subject, field: Field | undefined): string | null {
  const pointer = readText(subject, field);
  if (!field || pointer === null || wholePointer.test(pointer)) return pointer;
  const problem = `needs a JSON pointer as "${scalarText(field.key)}" (it begins with "/"), not ${whatIs(field.value)}.`;
  fault(subject, "bad_pointer", field.value, problem);
  return null;
}
