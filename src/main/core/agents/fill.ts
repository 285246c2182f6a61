import type { AgentWork, HttpWork, LlmWork } from "../../../shared/model/agent-work";
import { hasExpression, parseTemplate, type TemplatePart } from "../plan/template";
import { WorkFailure } from "./agent";
import { valueAt } from "./pointer";

/** What expressions stand for. */
export interface FillValues {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The results of the dependencies by subtask id. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The work with its expressions filled in. Throws `WorkFailure` for a result that lacks what is asked of it. */
export function fillWork({ http, llm, approval, program }: AgentWork, values: FillValues): AgentWork {
  return {
    ...(http && { http: fillHttp(http, values) }),
    ...(llm && { llm: fillLlm(llm, values) }),
    ...(approval && { approval }),
    ...(program && { program: { prompt: fillText(program.prompt, values) } }),
  };
}

function fillHttp(http: HttpWork, values: FillValues): HttpWork {
  const headers = Object.entries(http.headers).map(([name, value]) => [name, fillText(value, values)]);
  return {
    ...http,
    url: fillText(http.url, values),
    headers: Object.fromEntries(headers),
    body: fillJson(http.body, values),
  };
}

function fillLlm(llm: LlmWork, values: FillValues): LlmWork {
  const fill = (text: string | null) => (text === null ? null : fillText(text, values));
  return {
    ...llm,
    endpoint: fill(llm.endpoint),
    model: fill(llm.model),
    system: fill(llm.system),
    prompt: fillText(llm.prompt, values),
  };
}

/** Fills every string of a JSON value; one that is a single expression becomes the value itself. */
function fillJson(value: unknown, values: FillValues): unknown {
  if (typeof value === "string") {
    if (!hasExpression(value)) return value;
    const [part, ...more] = parseTemplate(value).parts;
    return part && more.length === 0 && !("text" in part) ? resolve(part, values) : fillText(value, values);
  }
  if (Array.isArray(value)) return value.map((item) => fillJson(item, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillJson(item, values)]));
}

function fillText(text: string, values: FillValues): string {
  if (!hasExpression(text)) return text;
  return parseTemplate(text)
    .parts.map((part) => {
      const value = resolve(part, values);
      return typeof value === "string" ? value : JSON.stringify(value);
    })
    .join("");
}

function resolve(part: TemplatePart, { parameters, inputs }: FillValues): unknown {
  if ("text" in part) return part.text;
  if ("parameter" in part) return Object.hasOwn(parameters, part.parameter) ? parameters[part.parameter] : "";
  const { subtask, path } = part.result;
  const value = valueAt(inputs[subtask], path);
  if (value !== undefined) return value;
  const what = path.length === 0 ? "no result" : `no "${path.join(".")}" in its result`;
  throw new WorkFailure(`Subtask "${subtask}" left ${what}, which this one needs.`);
}
