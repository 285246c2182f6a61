import { z } from "zod";
import { type AgentHealth, type Environment, healthy, unhealthy, WorkFailure } from "./agent";
import { DEFAULT_NAMES, type LlmNames, type LlmTarget } from "./llm-target";
import { httpUrl, inWords, missingKey, readKey, send, snippet } from "./request";

const models = z.object({ data: z.array(z.object({ id: z.string() })).nullable() });

/** Models named in a message. */
const NAMED = 5;
/** A list of models is short; what is longer is something else. */
const LONGEST_LIST = 1_000_000;

/** Asks an endpoint for its models: whether it answers, takes the key and has the model. */
export async function checkLlm(
  { endpoint, model, keyEnv }: LlmTarget,
  environment: Environment,
  signal: AbortSignal,
  names: LlmNames = DEFAULT_NAMES,
): Promise<AgentHealth> {
  const details = { endpoint, model, keyEnv };
  if (keyEnv !== null && !environment[keyEnv]?.trim()) return unhealthy(missingKey(keyEnv), details);
  let found: readonly string[];
  try {
    found = await listModels(endpoint, readKey(keyEnv, environment), signal);
  } catch (error) {
    if (!(error instanceof WorkFailure)) throw error;
    const hint = `Start the server (for Ollama: ollama serve), or set ${names.endpoint} and ${names.keyEnv}.`;
    return unhealthy(`${error.message} ${hint}`, details);
  }
  const listed = { ...details, models: found };
  const some = `${found.slice(0, NAMED).join(", ")}${found.length > NAMED ? ` and ${found.length - NAMED} more` : ""}`;
  if (found.length === 0) {
    return unhealthy(`${endpoint} has no model. Load one (for Ollama: ollama pull llama3.2).`, listed);
  }
  if (model === null) {
    const message = `${endpoint} answers, but no default model is named: each plan must, or set ${names.model} (${some}).`;
    return { status: "degraded", message, details: listed };
  }
  // Ollama names a model without a tag for its latest.
  if (found.includes(model) || found.includes(`${model}:latest`)) return healthy(`${model} at ${endpoint}`, listed);
  return unhealthy(`${endpoint} has no model "${model}". Load it, or set ${names.model} to one of: ${some}.`, listed);
}

async function listModels(endpoint: string, key: string | null, signal: AbortSignal): Promise<string[]> {
  const url = httpUrl(`${endpoint}/models`);
  const response = await send({ method: "GET", url, headers: {}, body: null, key, signal });
  let text = "";
  try {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > LONGEST_LIST) throw new WorkFailure(`${url.host} answers with something endless.`);
    }
  } catch (error) {
    throw inWords(error, url, signal);
  }
  if (response.status === 401 || response.status === 403) {
    throw new WorkFailure(`${url.host} refuses the key (${response.status}).`);
  }
  if (!response.ok) throw new WorkFailure(`${url.href} answered ${response.status}: ${snippet(text)}`);
  try {
    return models.parse(JSON.parse(text)).data?.map(({ id }) => id) ?? [];
  } catch {
    throw new WorkFailure(`${url.href} does not answer with a list of models: ${snippet(text)}`);
  }
}
