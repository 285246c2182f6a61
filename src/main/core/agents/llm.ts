import { z } from "zod";
import type { LlmWork } from "../../../shared/model/agent-work";
import { RESULT_LIMIT_BYTES } from "../runner/result-file";
import { type Agent, type AgentTask, defineAgent, type Environment, FinalFailure, WorkFailure } from "./agent";
import { eventData } from "./event-stream";
import { checkLlm } from "./llm-health";
import { llmTarget } from "./llm-target";
import { httpUrl, inWords, readBody, readKey, send, snippet, traceHeaders } from "./request";

/** Asks a language model behind any OpenAI-compatible endpoint, Ollama's by default. */
export function createLlmAgent(environment: Environment): Agent {
  return defineAgent({
    id: "llm",
    type: "llm",
    capabilities: ["plan", "review"],
    description: "Asks a language model; the answer, text or JSON, is the result.",
    execute,
    healthCheck: (signal) => checkLlm(llmTarget(environment), environment, signal),
  });
}

async function execute(task: AgentTask): Promise<string | null> {
  const { llm } = task.work;
  if (!llm) throw new FinalFailure(`Subtask "${task.subtaskId}" does not say what to ask. Give it "llm".`);
  return askModel(task, llm);
}

/** Asks, and answers `{ output, meta }` as JSON text. Throws `WorkFailure`. */
export async function askModel(task: AgentTask, llm: LlmWork): Promise<string> {
  const { endpoint, model, keyEnv } = llmTarget(task.environment, llm);
  if (model === null) {
    throw new FinalFailure('No model is named: give "model" in the plan, or set HIVE_LLM_MODEL for the console.');
  }
  const url = httpUrl(`${endpoint}/chat/completions`);
  const key = readKey(keyEnv, task.environment);
  const begun = performance.now();
  task.log.line(`> ${model} at ${url.href}`);
  const response = await send({
    method: "POST",
    url,
    headers: { "content-type": "application/json", ...traceHeaders(task.runId, task.correlationId) },
    body: JSON.stringify(question(llm, model)),
    key,
    signal: task.signal,
  });
  if (!response.ok) {
    const body = await readBody(response, url, task.resultFile, task.signal);
    const says = body.kind === "text" ? snippet(body.text) : `${body.bytes} bytes`;
    throw new WorkFailure(`${url.host} answered ${response.status}: ${says || "an empty answer"}`);
  }
  const answer = await readAnswer(response, url, task, begun);
  const latencyMs = Math.round(performance.now() - begun);
  task.log.line(`< ${answer.completionTokens ?? "?"} tokens in ${latencyMs} ms`);
  if (answer.finish === "length") {
    throw new WorkFailure('The answer was cut off at the limit of tokens: raise "max_tokens", or ask for less.');
  }
  const output = llm.schema === null ? answer.text : checkedJson(answer.text, llm.schema);
  const { model: answering, promptTokens, completionTokens, firstTokenMs } = answer;
  const meta = { model: answering ?? model, promptTokens, completionTokens, latencyMs, firstTokenMs };
  return JSON.stringify({ output, meta });
}

function question({ system, prompt, temperature, maxTokens, schema }: LlmWork, model: string): unknown {
  return {
    model,
    messages: [...(system === null ? [] : [{ role: "system", content: system }]), { role: "user", content: prompt }],
    stream: true,
    stream_options: { include_usage: true },
    ...(temperature === null ? {} : { temperature }),
    ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
    ...(schema === null ? {} : { response_format: { type: "json_schema", json_schema: { name: "answer", schema } } }),
  };
}

interface LlmAnswer {
  readonly text: string;
  readonly model: string | null;
  /** Why the model ended. */
  readonly finish: string;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly firstTokenMs: number | null;
}

const content = z.object({ content: z.string().nullish() }).nullish();
/** A whole answer, or a piece of one that is streamed; servers differ in what they leave out. */
const completion = z.object({
  model: z.string().nullish(),
  choices: z.array(z.object({ delta: content, message: content, finish_reason: z.string().nullish() })).nullish(),
  usage: z.object({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish() }).nullish(),
  error: z.union([z.string(), z.object({ message: z.string() })]).nullish(),
});

/** Reads an answer, streamed or whole, and writes the model's words to the log as they come. */
async function readAnswer(response: Response, url: URL, task: AgentTask, begun: number): Promise<LlmAnswer> {
  let text = "";
  let bytes = 0;
  let model: string | null = null;
  let finish: string | null = null;
  let promptTokens: number | null = null;
  let completionTokens: number | null = null;
  let firstTokenMs: number | null = null;
  const take = (piece: string): void => {
    const part = parsePiece(piece, url);
    const [choice] = part.choices ?? [];
    const words = choice?.delta?.content ?? choice?.message?.content ?? "";
    if (words !== "") {
      firstTokenMs ??= Math.round(performance.now() - begun);
      task.log.text(words);
      text += words;
      bytes += Buffer.byteLength(words);
      if (bytes > RESULT_LIMIT_BYTES) throw new WorkFailure(`The answer of ${url.host} is longer than 2 MB.`);
    }
    model = part.model ?? model;
    finish = choice?.finish_reason ?? finish;
    promptTokens = part.usage?.prompt_tokens ?? promptTokens;
    completionTokens = part.usage?.completion_tokens ?? completionTokens;
  };

  if (response.headers.get("content-type")?.includes("event-stream") && response.body !== null) {
    try {
      for await (const data of eventData(response.body)) {
        if (data === "[DONE]") break;
        take(data);
      }
    } catch (error) {
      throw inWords(error, url, task.signal);
    }
  } else {
    const body = await readBody(response, url, task.resultFile, task.signal);
    if (body.kind === "file") throw new WorkFailure(`The answer of ${url.host} is longer than 2 MB.`);
    take(body.text);
  }
  if (finish === null) throw new WorkFailure(`The answer of ${url.host} ended before the model had finished.`);
  return { text, model, finish, promptTokens, completionTokens, firstTokenMs };
}

function parsePiece(text: string, url: URL): z.output<typeof completion> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WorkFailure(`${url.host} does not answer as a chat endpoint does: ${snippet(text)}`);
  }
  const { data } = completion.safeParse(value);
  if (!data || (data.choices === undefined && data.usage === undefined && data.error === undefined)) {
    throw new WorkFailure(`${url.host} does not answer as a chat endpoint does: ${snippet(text)}`);
  }
  if (data.error) {
    throw new WorkFailure(`${url.host}: ${typeof data.error === "string" ? data.error : data.error.message}`);
  }
  return data;
}

/** The answer as JSON that fits the schema. Models like to put JSON into a fence. */
function checkedJson(text: string, schema: Readonly<Record<string, unknown>>): unknown {
  const bare = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text)?.[1] ?? text;
  let value: unknown;
  try {
    value = JSON.parse(bare);
  } catch {
    throw new WorkFailure(`The model's answer is not JSON: ${snippet(text)}`);
  }
  const { error } = z.fromJSONSchema(schema).safeParse(value);
  const [first] = error?.issues ?? [];
  if (!first) return value;
  const place = first.path.length === 0 ? "The answer" : `"${first.path.join(".")}" of the answer`;
  throw new WorkFailure(`${place} does not fit the schema: ${first.message}. The answer: ${snippet(bare)}`);
}
