import { settingOf, settingRow } from "../shared/model/setting";
import type { Environment } from "./core/agents/agent";
import { FLEET_VARIABLES } from "./core/fleet/redis-address";
import type { MachineSettings } from "./core/machine-settings";
import { FLEET_KEY, FLEET_URL, LLM_KEY, type SafeStorage } from "./safe-storage";

/** The variable that agents find the kept key in: in their environment alone, never in the process's or a task's. */
const KEY_VARIABLE = "HIVE_LLM_KEPT_KEY";

/**
 * What agents of this window go by: the process's environment, and over it what is set for language models and the fleet. It stays the
 * same object and follows changes: whoever looks into it finds what holds now.
 */
export function createAgentEnvironment(
  base: Environment,
  machine: MachineSettings,
  secrets: SafeStorage,
): { readonly environment: Environment; end(): void } {
  const environment: Record<string, string | undefined> = { ...base };
  const setting = (name: string): string | null => {
    const definition = settingOf(name);
    const value = definition && settingRow(definition, machine.get(name)).value;
    return typeof value === "string" ? value : null;
  };
  const follow = (): void => {
    const endpoint = setting("llm.endpoint");
    const key = secrets.read(LLM_KEY);
    environment.HIVE_LLM_ENDPOINT = endpoint ?? base.HIVE_LLM_ENDPOINT;
    environment.HIVE_LLM_MODEL = setting("llm.model") ?? base.HIVE_LLM_MODEL;
    // A key is for the endpoint that it was given for: one of the environment does not go to an address that was set here.
    environment.HIVE_LLM_KEY_ENV = key !== null ? KEY_VARIABLE : endpoint === null ? base.HIVE_LLM_KEY_ENV : undefined;
    environment[KEY_VARIABLE] = key ?? undefined;
    const { redis, ca, key: fleetKey, artifacts } = FLEET_VARIABLES;
    const url = secrets.read(FLEET_URL);
    environment[redis] = url ?? base[redis];
    // Certificates of the environment are for the address of the environment.
    environment[ca] = setting("fleet.caFile") ?? (url === null ? base[ca] : undefined);
    environment[fleetKey] = secrets.read(FLEET_KEY) ?? base[fleetKey];
    environment[artifacts] = setting("fleet.artifacts") ?? base[artifacts];
  };
  follow();
  secrets.onChange(follow);
  return { environment, end: machine.onChange(follow) };
}
