import { z } from "zod";
import type { AgentHealth } from "./model/agent";
import type { SettingRow } from "./model/setting";
import type { SettingChange } from "./model/settings/transfer";
import { operation } from "./operation";

const name = z.string().min(1).max(100);
const reason = z.string().max(2_000).optional();
const nothing = z.strictObject({});

/** How well a secret is kept. `weak`: written without a keyring; `session`: not written, gone with the window. */
export type SecretKeeping = "keyring" | "weak" | "session";

export interface SecretState {
  readonly isSet: boolean;
  readonly keeping: SecretKeeping;
  /** In a sentence. */
  readonly says: string;
}

/** What an import would change; it is done by its id. */
export interface SettingImport {
  readonly importId: string;
  readonly file: string;
  readonly changes: readonly SettingChange[];
}

/** What is set for the database, this computer and this window. docs/settings.md lists it. */
export const settingsContract = {
  "settings.list": operation<readonly SettingRow[]>()(nothing),
  "settings.set": operation<SettingRow>()(z.strictObject({ name, value: z.json(), reason })),
  "settings.reset": operation<SettingRow>()(z.strictObject({ name, reason })),
  /** Asks for a file with the system's dialog and writes what is set to it; null: the operator thought better of it. */
  "settings.export": operation<{ readonly file: string } | null>()(nothing),
  /** Asks for a file and says what it would change. `invalid_input` names all that is wrong with it. */
  "settings.readImport": operation<SettingImport | null>()(nothing),
  "settings.import": operation<{ readonly changed: number }>()(z.strictObject({ importId: z.string().max(100) })),

  /** The key for the language model's endpoint. It goes to safe storage, and never comes back to the page. */
  "llm.key": operation<SecretState>()(nothing),
  "llm.setKey": operation<SecretState>()(z.strictObject({ key: z.string().trim().min(1).max(10_000).nullable() })),
  /** Asks the endpoint as agents would now. */
  "llm.test": operation<AgentHealth>()(nothing),
} as const;
