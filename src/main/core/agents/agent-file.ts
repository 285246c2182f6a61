import { type Document, isMap, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { AgentFinding } from "../../../shared/model/agent";
import { AGENT_ID_PATTERN, isBuiltInAgent, NAMED_AGENT_TYPES } from "../../../shared/model/agent-work";
import { createSuggest } from "../plan/suggest";
import { AGENT_CAPABILITIES, type AgentCapability } from "./agent";

interface ProfileBase {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly capabilities: readonly AgentCapability[];
  /** What the agent is told before every task. */
  readonly prompt: string;
}

/** An agent that asks a language model. Null: as the console's environment says. */
export interface LlmProfile extends ProfileBase {
  readonly type: "llm";
  readonly endpoint: string | null;
  readonly model: string | null;
  /** The environment variable that holds the key. */
  readonly keyEnv: string | null;
  readonly temperature: number | null;
  readonly maxTokens: number | null;
  /** What its answers must fit; null: they are text. */
  readonly schema: Readonly<Record<string, unknown>> | null;
}

/** An agent that runs a program. Null: the one that the console's environment names. */
export interface ProgramProfile extends ProfileBase {
  readonly type: "command";
  readonly run: string | readonly string[] | null;
}

/** What an agent's file says. docs/agents.md explains it. */
export type AgentProfile = LlmProfile | ProgramProfile;

export type ParsedAgent =
  | { readonly profile: AgentProfile }
  | {
      /** The first finding, with its line. */
      readonly problem: string;
      /** All that is wrong, in the order of the lines. */
      readonly findings: readonly AgentFinding[];
      /** Another agent's id, which the file says is its own. */
      readonly claims?: string;
    };

const text = z.string().trim().min(1);
const base = {
  id: text,
  title: text,
  description: text,
  capabilities: z.array(z.enum(AGENT_CAPABILITIES)).min(1),
};
const llm = z.strictObject({
  ...base,
  type: z.literal("llm"),
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  model: text.optional(),
  key_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable, never the key itself")
    .optional(),
  temperature: z.number().min(0).max(2).optional(),
  max_tokens: z.int().min(1).max(10_000_000).optional(),
  schema: z.record(z.string(), z.unknown()).optional(),
});
const command = z.strictObject({
  ...base,
  type: z.literal("command"),
  run: z.union([text, z.array(z.string()).min(1)]).optional(),
});
const NO_PROMPT = "say what the agent is and does";
const prompt = { prompt: z.string(NO_PROMPT).trim().min(1, NO_PROMPT) };
const SETTINGS = {
  markdown: z.discriminatedUnion("type", [llm, command]),
  yaml: z.discriminatedUnion("type", [llm.extend(prompt), command.extend(prompt)]),
} as const;

/** `markdown`: the settings in front, the prompt below. `yaml`: the prompt is a key. */
export type AgentFileFormat = keyof typeof SETTINGS;

const keysOf = (format: AgentFileFormat): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(SETTINGS[format].options.map(({ shape }) => [shape.type.value, Object.keys(shape)]));
const KEYS = { markdown: keysOf("markdown"), yaml: keysOf("yaml") } as const;
/** Every key that a file can have. */
export const AGENT_FILE_KEYS: readonly string[] = [...new Set(Object.values(KEYS.yaml).flat())];
const MOST_CHARACTERS = 256 * 1024;
const wholeId = new RegExp(AGENT_ID_PATTERN);

/** Reads an agent's file. `id`: what the file is called, without its ending. */
export function parseAgentFile(source: string, id: string, format: AgentFileFormat = "markdown"): ParsedAgent {
  if (!wholeId.test(id)) {
    return problem(
      1,
      `An agent's file is called as the agent, with small letters, digits and "-": "${id}" is no such id.`,
    );
  }
  if (isBuiltInAgent(id)) return problem(1, `"${id}" is one of the console's own agents: give this one another id.`);
  if (source.length > MOST_CHARACTERS) return problem(1, "The file is larger than 256 KB: that is no prompt.");
  const lines = source.replace(/^\uFEFF/, "").split(/\r?\n/);
  const end = format === "yaml" ? lines.length : lines.indexOf("---", 1);
  if (format === "markdown" && (lines[0] !== "---" || end === -1)) {
    return problem(1, 'It must begin with a line "---", the agent\'s settings in YAML, and another line "---".');
  }
  const begin = format === "yaml" ? 0 : 1;
  const counter = new LineCounter();
  const document = parseDocument(lines.slice(begin, end).join("\n"), { lineCounter: counter, schema: "core" });
  const lineOf = (offset: number | undefined): number => counter.linePos(offset ?? 0).line + begin;
  if (document.errors.length > 0) {
    return problems(
      document.errors.map(({ pos, message }) => ({
        line: lineOf(pos[0]),
        message: `No valid YAML: ${message.split("\n")[0]}`,
      })),
    );
  }
  const { contents } = document;
  if (!isMap(contents)) return problem(begin + 1, 'The settings must be lines of "key: value".');
  const lineOfKey = (name: PropertyKey | undefined): number =>
    lineOf(rangeOf(contents.items.find(({ key }) => String(key) === String(name))?.key));

  const settings = plainOf(document);
  if ("problem" in settings) return problem(begin + 1, `No valid YAML: ${settings.problem}`);
  const { data, error: refusal } = SETTINGS[format].safeParse(settings.value);
  if (refusal) {
    return problems(
      refusal.issues.flatMap(eachKey).map((issue) => ({
        line: lineOfKey(issue.path[0] ?? unknownKey(issue)),
        message: inWords(issue, settings.value, KEYS[format]),
      })),
    );
  }
  const below = lines.slice(end + 1).join("\n");
  const prompt = "prompt" in data && typeof data.prompt === "string" ? data.prompt : below.trim();
  if (prompt === "") return problem(end + 1, `There is no prompt below the settings: ${NO_PROMPT}.`);
  if (data.id !== id) {
    const refused = problem(
      lineOfKey("id"),
      `Its id is "${data.id}", but its file is called "${id}": the two must be the same.`,
    );
    return { ...refused, claims: data.id };
  }
  const { title, description, capabilities } = data;
  const common = { id, title, description, capabilities, prompt };
  if (data.type === "command") return { profile: { ...common, type: data.type, run: data.run ?? null } };
  const why = data.schema && schemaProblem(data.schema);
  if (why) return problem(lineOfKey("schema"), `"schema" is none that answers can be checked against: ${why}.`);
  return {
    profile: {
      ...common,
      type: data.type,
      endpoint: data.endpoint ?? null,
      model: data.model ?? null,
      keyEnv: data.key_env ?? null,
      temperature: data.temperature ?? null,
      maxTokens: data.max_tokens ?? null,
      schema: data.schema ?? null,
    },
  };
}

type Refused = Exclude<ParsedAgent, { readonly profile: AgentProfile }>;

function problem(line: number, message: string): Refused {
  return problems([{ line, message }]);
}

function problems(found: readonly AgentFinding[]): Refused {
  const findings = found.toSorted((a, b) => a.line - b.line);
  const [first = { line: 1, message: "The settings cannot be read." }] = findings;
  return { problem: `line ${first.line}: ${first.message}`, findings };
}

/** Aliases of nothing, or of too much, come to light here. */
function plainOf(document: Document): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: document.toJS() };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

type Issue = z.core.$ZodIssue;

/** Each key that is unknown is a finding of its own. */
function eachKey(issue: Issue): Issue[] {
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => ({ ...issue, keys: [key] })) : [issue];
}

function unknownKey(issue: Issue): string | undefined {
  return issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
}

function inWords(issue: Issue, settings: unknown, keys: Readonly<Record<string, readonly string[]>>): string {
  const type = typeof settings === "object" && settings !== null && "type" in settings ? String(settings.type) : "";
  const key = unknownKey(issue);
  if (key !== undefined) {
    const known = keys[type] ?? [];
    const meant = createSuggest()(key, known);
    return `There is no setting "${key}" for an agent of type ${type}. ${meant ? `Did you mean "${meant}"?` : `Known are ${known.join(", ")}.`}`;
  }
  if (issue.code === "invalid_union" && issue.path[0] === "type") {
    return `"type" must be ${NAMED_AGENT_TYPES.join(" or ")}: what carries out the prompt.`;
  }
  return `"${issue.path.join(".")}": ${issue.message}.`;
}

function rangeOf(node: unknown): number | undefined {
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) return undefined;
  const [start]: unknown[] = node.range;
  return typeof start === "number" ? start : undefined;
}

function schemaProblem(schema: Record<string, unknown>): string | null {
  try {
    z.fromJSONSchema(schema);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
