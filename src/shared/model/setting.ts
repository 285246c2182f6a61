import type { z } from "zod";
import { APPEARANCE_SETTINGS } from "./settings/appearance";
import { BACKUP_SETTINGS } from "./settings/backup";
import type { SettingControl, SettingDefinition, SettingGroup, SettingScope } from "./settings/definition";
import { FLEET_SETTINGS } from "./settings/fleet";
import { LLM_SETTINGS } from "./settings/llm";
import { NOTIFICATION_SETTINGS } from "./settings/notifications";
import { RETENTION_SETTINGS } from "./settings/retention";
import { RUNNER_SETTINGS } from "./settings/runner";
import { TIME_SETTINGS } from "./settings/time";
import { UPDATE_SETTINGS } from "./settings/updates";

/** Every setting, a file for each group. docs/settings.md is checked against this list. */
export const SETTINGS: readonly SettingDefinition[] = [
  ...RUNNER_SETTINGS,
  ...BACKUP_SETTINGS,
  ...RETENTION_SETTINGS,
  ...APPEARANCE_SETTINGS,
  ...TIME_SETTINGS,
  ...NOTIFICATION_SETTINGS,
  ...LLM_SETTINGS,
  ...FLEET_SETTINGS,
  ...UPDATE_SETTINGS,
];

const BY_NAME: ReadonlyMap<string, SettingDefinition> = new Map(SETTINGS.map((setting) => [setting.name, setting]));

export function settingOf(name: string): SettingDefinition | null {
  return BY_NAME.get(name) ?? null;
}

/** A setting as it is now. */
export interface SettingRow {
  readonly name: string;
  readonly scope: SettingScope;
  readonly group: SettingGroup;
  readonly label: string;
  readonly says: string;
  readonly control: SettingControl;
  /** What holds; null: it depends, as `defaultWords` says. */
  readonly value: unknown;
  /** Somebody set it; else `value` is the default. */
  readonly isSet: boolean;
  readonly default: unknown;
  readonly defaultWords: string;
  readonly range: string;
  readonly effect: string;
  /** What is kept for it is no value that it can have: the default holds, and this says why. */
  readonly problem: string | null;
}

/** A setting with what is kept for it; `undefined`: nothing. */
export function settingRow(definition: SettingDefinition, kept: unknown): SettingRow {
  const { schema, ...rest } = definition;
  if (kept === undefined) return { ...rest, value: rest.default, isSet: false, problem: null };
  const parsed = schema.safeParse(kept);
  if (parsed.success) return { ...rest, value: parsed.data, isSet: true, problem: null };
  return {
    ...rest,
    value: rest.default,
    isSet: true,
    problem: `What is kept for it cannot be used: ${whyNot(parsed.error)}`,
  };
}

/** What is wrong with a value, in one line. */
export function whyNot(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
    .join("; ");
}
