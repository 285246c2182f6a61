import { z } from "zod";
import type { SettingScope } from "./definition";

export const SETTINGS_FORMAT = "hive-console-settings";

/** A file of settings. Secrets are no settings: none is ever in it. */
export const settingsFile = z.strictObject({
  format: z.literal(SETTINGS_FORMAT, { error: `this is no file of settings: "format" must be "${SETTINGS_FORMAT}"` }),
  version: z.literal(1, { error: "this version of the format is not known here" }),
  exportedAt: z.string().optional(),
  settings: z.record(z.string().max(100), z.unknown()),
});
export type SettingsFile = z.output<typeof settingsFile>;

/** What an import would do to one setting. */
export interface SettingChange {
  readonly name: string;
  readonly label: string;
  readonly scope: SettingScope;
  readonly before: unknown;
  readonly after: unknown;
}
