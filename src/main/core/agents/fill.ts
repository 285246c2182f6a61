import { resolve as resolvePath } from "node:path";
import type { AgentWork, HttpWork, LlmWork } from "../../../shared/model/agent-work";
import type { LateText } from "../../../shared/model/plan-definition";
import { mapStrings } from "../plan/json-template";
import { hasExpression, parseTemplate, type TemplatePart } from "../plan/template";
import { FinalFailure } from "./agent";
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

/** What a process is given. */
export interface CommandText {
  readonly run: string | readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly late?: LateText;
}

/** As much as one argument or variable may hold on Linux, with room for a variable's name. */
const LONGEST_TEXT_BYTES = 127 * 1024;

/**
 * The command with what waited for its start filled in. A shell script has its values in `env`. `folder`: the plan's,
 * absolute, on which a working folder stands that was filled in. Throws `WorkFailure`.
 */
export function fillCommand(command: CommandText, folder: string, values: FillValues): CommandText {
  const { run, env, cwd, late } = command;
  if (!late) return command;
  const fill = (text: string, place: string): string => {
    const filled = fillText(text, values);
    if (filled.includes("\0"))
      throw new FinalFailure(`${place} would hold a NUL character, which no process can be given.`);
    const bytes = Buffer.byteLength(filled);
    if (bytes <= LONGEST_TEXT_BYTES) return filled;
    throw new FinalFailure(
      `${place} would be ${Math.ceil(bytes / 1024)} KB long, which no process can be given: read HIVE_INPUTS_FILE instead.`,
    );
  };
  const filled = late.env.flatMap((name) => {
    const text = env[name];
    return text === undefined ? [] : [[name, fill(text, `The variable ${name}`)]];
  });
  return {
    run: late.run && Array.isArray(run) ? run.map((item, index) => fill(item, `Item ${index + 1} of "run"`)) : run,
    env: { ...env, ...Object.fromEntries(filled) },
    cwd: late.cwd ? resolvePath(folder, fill(cwd, '"cwd"')) : cwd,
  };
}

/** Fills every string of a JSON value; one that is a single expression becomes the value itself. */
function fillJson(value: unknown, values: FillValues): unknown {
  return mapStrings(value, (text) => {
    if (!hasExpression(text)) return text;
    const [part, ...more] = parseTemplate(text).parts;
    return part && more.length === 0 && !("text" in part) ? resolve(part, values) : fillText(text, values);
  });
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
  if ("matrix" in part) return "";
  if ("parameter" in part) return Object.hasOwn(parameters, part.parameter) ? parameters[part.parameter] : "";
  const { subtask, path } = part.result;
  const value = valueAt(inputs[subtask] ?? undefined, path);
  if (value !== undefined) return value;
  const what = path.length === 0 ? "no result" : `no "${path.join(".")}" in its result`;
  throw new FinalFailure(`Subtask "${subtask}" left ${what}, which this one needs.`);
}
