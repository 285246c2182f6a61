import type { LlmWork } from "../../../shared/model/agent-work";
import type { Environment } from "./agent";

const OLLAMA = "http://127.0.0.1:11434/v1";

/** Which model is asked where, and which variable holds the key. */
export interface LlmTarget {
  readonly endpoint: string;
  readonly model: string | null;
  readonly keyEnv: string | null;
}

/** The environment variables that a target is set by, for messages. */
export interface LlmNames {
  readonly endpoint: string;
  readonly model: string;
  readonly keyEnv: string;
}

export const DEFAULT_NAMES: LlmNames = {
  endpoint: "HIVE_LLM_ENDPOINT",
  model: "HIVE_LLM_MODEL",
  keyEnv: "HIVE_LLM_KEY_ENV",
};

/** What the console's environment says where a plan says nothing. */
export function llmTarget(environment: Environment, work?: LlmWork): LlmTarget {
  const { HIVE_LLM_ENDPOINT, HIVE_LLM_MODEL, HIVE_LLM_KEY_ENV } = environment;
  // The default key is for the default endpoint alone.
  const keyEnv = work?.keyEnv ?? (work?.endpoint ? null : HIVE_LLM_KEY_ENV || null);
  return {
    endpoint: (work?.endpoint ?? (HIVE_LLM_ENDPOINT || OLLAMA)).replace(/\/+$/, ""),
    model: work?.model ?? (HIVE_LLM_MODEL || null),
    keyEnv,
  };
}
