import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { PlanDefinition, PlanFinding } from "../shared/model/plan-definition";
import type { GivenParameters } from "./parameters";

const FROM_VARIABLE = "@env:";
const FROM_FILE = "@file:";

export interface GivenSecrets {
  /** With the secrets' values in place of where they are. Those that could not be read are left out. */
  readonly given: GivenParameters;
  readonly findings: readonly PlanFinding[];
}

/**
 * Fetches secrets from where a command line says that they are: `@env:VARIABLE`, or `@file:PATH` (without the newline
 * at its end). A secret that stands on the command line itself is taken, with a warning.
 */
export async function fetchSecrets(
  definition: Pick<PlanDefinition, "parameters">,
  given: GivenParameters,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GivenSecrets> {
  const values: Record<string, string> = { ...given };
  const findings: PlanFinding[] = [];
  const report = (severity: PlanFinding["severity"], code: string, message: string): void => {
    findings.push({ severity, code, message, line: null, column: null, subtaskId: null });
  };
  for (const { name, type } of definition.parameters) {
    const written = Object.hasOwn(given, name) ? given[name] : undefined;
    if (type !== "secret" || written === undefined) continue;
    const fetched = await fetchSecret(written, environment);
    if (fetched === null) {
      const advice = `write ${name}=${FROM_VARIABLE}VARIABLE or ${name}=${FROM_FILE}PATH instead`;
      report(
        "warning",
        "secret_shown",
        `The secret "${name}" stands on the command line, where others see it: ${advice}.`,
      );
    } else if ("value" in fetched) values[name] = fetched.value;
    else {
      delete values[name];
      report("error", "bad_parameter", `Parameter "${name}" ${fetched.problem}.`);
    }
  }
  return { given: values, findings };
}

type Fetched = { readonly value: string } | { readonly problem: string };

/** Null: it is the value itself. */
async function fetchSecret(
  written: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Fetched | null> {
  if (written.startsWith(FROM_VARIABLE)) {
    const variable = written.slice(FROM_VARIABLE.length);
    const value = environment[variable];
    return value ? { value } : { problem: `is to come from the environment variable ${variable}, which is not set` };
  }
  if (!written.startsWith(FROM_FILE)) return null;
  const path = resolve(written.slice(FROM_FILE.length));
  try {
    return { value: (await readFile(path, "utf8")).replace(/\r?\n$/, "") };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { problem: `is to come from a file that could not be read: ${why}` };
  }
}
