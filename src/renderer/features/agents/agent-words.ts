import type { AgentCheckPoint, AgentFinding, AgentLayer, AgentRow, AgentVariable } from "../../../shared/model/agent";

export const AGENT_STATES = ["unhealthy", "broken", "degraded", "healthy", "unchecked"] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** How an agent stands: what its file says comes before what a check found. */
export function stateOf({ problem }: Pick<AgentRow, "problem">, latest: AgentCheckPoint | undefined): AgentState {
  if (problem !== null) return "broken";
  return AGENT_STATES.find((state) => state === latest?.status) ?? "unchecked";
}

export const LAYER_WORDS: Readonly<Record<AgentLayer, string>> = {
  "built-in": "Built in",
  program: "Program",
  user: "Your folder",
  database: "Database",
};

const WHOSE: Readonly<Record<AgentLayer, string>> = {
  "built-in": "the built-in one",
  program: "the one that comes with the program",
  user: "the file in your folder",
  database: "the file beside the database",
};

/** Which definitions of the same id are not used; null: there are no others. */
export function hiddenWords({ hides, layer }: Pick<AgentRow, "hides" | "layer">): string | null {
  if (hides.length === 0) return null;
  const others = hides.map((hidden) => WHOSE[hidden.layer]).join(" and ");
  return `${hides.length + 1} definitions have this id: ${WHOSE[layer]} is used, in place of ${others}.`;
}

const TYPES: Readonly<Record<string, string>> = {
  process: "process",
  join: "join",
  http: "request",
  llm: "language model",
  gate: "a person",
  command: "program",
  broken: "broken",
};

/** Who carries the work out, in a word or two. */
export const typeWords = (type: string): string => TYPES[type] ?? type;

/** What a test of an agent asks for; null: this one is given nothing. */
export function trialWords(type: string): { readonly label: string; readonly placeholder: string } | null {
  if (type === "join") return null;
  if (type === "process") return { label: "Command", placeholder: "echo hello" };
  if (type === "http") return { label: "Address", placeholder: "https://example.com/health" };
  if (type === "gate") return { label: "What a person is to decide", placeholder: "Is this all right?" };
  return { label: "Prompt", placeholder: "What is it to do?" };
}

/** Why an agent cannot be tried; null: it can. */
export function whyNoTrial({ problem, id }: Pick<AgentRow, "problem" | "id">): string | null {
  return problem === null ? null : `The file of ${id} is broken: mend it first.`;
}

export const SETS_WORDS: Readonly<Record<AgentVariable["sets"], string>> = {
  endpoint: "where it asks",
  model: "which model",
  key: "which variable holds the key",
  program: "which program",
};

/** A line for the shell that sets a variable. */
export const exportLine = ({ name, sets }: AgentVariable): string =>
  `export ${name}=${{ endpoint: "https://…/v1", model: "…", key: "NAME_OF_A_VARIABLE", program: "'…'" }[sets]}`;

export const findingWords = (file: string | null, { line, message }: AgentFinding): string =>
  `${file ?? "its file"}:${line}: ${message}`;

/** Checks that found the same one after the other. */
export interface Stretch {
  readonly status: string;
  readonly message: string;
  /** When it was found so first, and last. */
  readonly from: number;
  readonly to: number;
  readonly checks: number;
}

/** A history of checks, the latest first, as stretches of the same, the latest first. */
export function stretchesOf(checks: readonly AgentCheckPoint[]): Stretch[] {
  const found: Stretch[] = [];
  for (const { at, status, message } of checks) {
    const last = found.at(-1);
    if (last?.status === status && last.message === message) {
      found[found.length - 1] = { ...last, from: at, checks: last.checks + 1 };
    } else found.push({ status, message, from: at, to: at, checks: 1 });
  }
  return found;
}

/** The answer of a test as text; null: it left none. */
export function answerText(result: unknown): { readonly text: string; readonly meta: string | null } | null {
  if (result === null || result === undefined) return null;
  if (typeof result === "string") return { text: result, meta: null };
  if (typeof result === "object" && "output" in result && "meta" in result) {
    const { output } = result;
    return { text: typeof output === "string" ? output : laidOut(output), meta: metaWords(result.meta) };
  }
  return { text: laidOut(result), meta: null };
}

const laidOut = (value: unknown): string => JSON.stringify(value, null, 2) ?? "";

function metaWords(meta: unknown): string | null {
  if (typeof meta !== "object" || meta === null) return null;
  const known = new Map<string, unknown>(Object.entries(meta));
  const model = known.get("model");
  const tokens = known.get("completionTokens");
  const words = [
    ...(typeof model === "string" ? [model] : []),
    ...(typeof tokens === "number" ? [`${tokens} tokens`] : []),
  ];
  return words.length === 0 ? null : words.join(", ");
}

export interface AgentFilter {
  /** Null: all. */
  readonly state: string | null;
  readonly text: string;
}

/** Those of this standing whose id, title, type, capability or place has the text in it. */
export function fittingAgents<Row extends AgentRow & { readonly state: AgentState }>(
  rows: readonly Row[],
  { state, text }: AgentFilter,
): readonly Row[] {
  const wanted = text.trim().toLowerCase();
  if (state === null && wanted === "") return rows;
  return rows.filter((row) => {
    if (state !== null && row.state !== state) return false;
    const { id, title, type, capabilities, layer } = row;
    return [id, title, typeWords(type), LAYER_WORDS[layer], ...capabilities].some((word) =>
      word.toLowerCase().includes(wanted),
    );
  });
}
