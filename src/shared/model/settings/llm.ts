import { z } from "zod";
import type { SettingDefinition } from "./definition";

export const LLM_SETTINGS: readonly SettingDefinition[] = [
  {
    name: "llm.endpoint",
    scope: "machine",
    group: "llm",
    label: "Endpoint",
    says: "The address of an OpenAI-compatible server that agents ask where neither a plan nor an agent's file names one. Wins over HIVE_LLM_ENDPOINT, in windows; the command goes by its environment.",
    control: { kind: "text", placeholder: "http://127.0.0.1:11434/v1" },
    schema: z.url({ protocol: /^https?$/, error: "write an address with http:// or https:// in front" }).max(2_000),
    default: null,
    defaultWords: "HIVE_LLM_ENDPOINT, else Ollama on this computer",
    range: "an address with http:// or https://",
    effect: "for attempts that begin from then on",
  },
  {
    name: "llm.model",
    scope: "machine",
    group: "llm",
    label: "Model",
    says: "The model that agents ask where nothing else names one. Wins over HIVE_LLM_MODEL, in windows.",
    control: { kind: "text", placeholder: "llama3.2" },
    schema: z.string().trim().min(1).max(200),
    default: null,
    defaultWords: "HIVE_LLM_MODEL, else none",
    range: "a name that the endpoint knows",
    effect: "for attempts that begin from then on",
  },
];
