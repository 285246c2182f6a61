import { HiveError } from "../../../shared/errors";
import { SETTINGS, type SettingRow, settingOf, settingRow, whyNot } from "../../../shared/model/setting";
import type { SettingDefinition } from "../../../shared/model/settings/definition";
import {
  SETTINGS_FORMAT,
  type SettingChange,
  type SettingsFile,
  settingsFile,
} from "../../../shared/model/settings/transfer";
import type { MachineSettings } from "../machine-settings";
import type { WritableDatabase } from "../store/database";
import type { Store } from "../store/open";
import { readSettings, writeSetting, writeSlots } from "../store/settings";
import { operatorWriter } from "./source";

/** Where settings are kept: in the database, for this computer, and for this window where there is one. */
export interface SettingPlaces {
  /** Null: no database is at hand, and its settings are at their defaults. */
  readonly store: Store | null;
  readonly machine: MachineSettings;
  readonly window?: Pick<MachineSettings, "get" | "set"> | null;
}

interface Act {
  /** Why, for the audit log. */
  readonly reason?: string | undefined;
  readonly actor: string;
}

/** Every setting with its value, in the order in which they are explained. */
export function listSettings(places: SettingPlaces): SettingRow[] {
  const inDatabase = keptInDatabase(places);
  return SETTINGS.filter(({ scope }) => scope !== "window" || places.window).map((definition) =>
    settingRow(definition, kept(definition, places, inDatabase)),
  );
}

function keptInDatabase({ store }: SettingPlaces): ReadonlyMap<string, unknown> {
  return store === null ? new Map() : readSettings(store.read);
}

function storeOf({ store }: SettingPlaces, name: string): Store {
  if (store !== null) return store;
  throw new HiveError("database_missing", `${name} is a setting of a database, and none is open.`, { name });
}

function kept(definition: SettingDefinition, places: SettingPlaces, inDatabase: ReadonlyMap<string, unknown>): unknown {
  const { name, scope } = definition;
  if (scope === "database") return inDatabase.get(name);
  return scope === "machine" ? places.machine.get(name) : places.window?.get(name);
}

/** Throws `not_found`. */
export function getSetting(places: SettingPlaces, name: string): SettingRow {
  const definition = existing(name, places);
  return settingRow(definition, kept(definition, places, keptInDatabase(places)));
}

function existing(name: string, { window }: SettingPlaces): SettingDefinition {
  const found = settingOf(name);
  if (found !== null && (found.scope !== "window" || window)) return found;
  const why = found === null ? "" : " It is of a window, and is set there.";
  throw new HiveError("not_found", `There is no setting "${name}" here.${why} List them with: hive settings list`, {
    name,
  });
}

/** Throws `not_found`, `invalid_input` (nothing is changed), and what writing throws. */
export async function setSetting(
  places: SettingPlaces,
  { name, value, reason, actor }: Act & { readonly name: string; readonly value: unknown },
): Promise<SettingRow> {
  const definition = existing(name, places);
  await put(places, definition, checked(definition, value), { reason, actor });
  return getSetting(places, name);
}

/** Takes it back to its default. Throws `not_found` and what writing throws. */
export async function resetSetting(
  places: SettingPlaces,
  { name, reason, actor }: Act & { readonly name: string },
): Promise<SettingRow> {
  await put(places, existing(name, places), undefined, { reason, actor });
  return getSetting(places, name);
}

function checked(definition: SettingDefinition, value: unknown): unknown {
  const parsed = definition.schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HiveError(
    "invalid_input",
    `${definition.name} cannot be ${JSON.stringify(value)?.slice(0, 200)}: ${whyNot(parsed.error)}. Give ${definition.range}. Nothing was changed.`,
    { name: definition.name, range: definition.range },
  );
}

async function put(places: SettingPlaces, { name, scope }: SettingDefinition, value: unknown, act: Act): Promise<void> {
  if (scope === "machine") places.machine.set(name, value);
  else if (scope === "window") places.window?.set(name, value);
  else {
    const store = storeOf(places, name);
    await store.write((tx) => putInDatabase(tx, store, { name, value }, act));
  }
}

function putInDatabase(
  tx: WritableDatabase,
  store: Store,
  { name, value }: { readonly name: string; readonly value: unknown },
  { reason = null, actor }: { readonly reason?: string | null | undefined; readonly actor: string },
): void {
  if (name === "runner.slots" && typeof value === "number") {
    writeSlots(tx, { slots: value, reason, actor, writer: operatorWriter(store) });
  } else writeSetting(tx, { name, value, reason, actor, now: store.clock.now() });
}

/** What somebody has set, as a file for another computer or database. Secrets are not among the settings. */
export function exportSettings(places: SettingPlaces): SettingsFile {
  const set = listSettings(places).filter(({ isSet, problem }) => isSet && problem === null);
  return {
    format: SETTINGS_FORMAT,
    version: 1,
    exportedAt: new Date(places.store?.clock.now() ?? Date.now()).toISOString(),
    settings: Object.fromEntries(set.map(({ name, value }) => [name, value])),
  };
}

/** What the settings of a file would change. All of it is checked first: throws `invalid_input` that names each fault. */
export function readSettingsFile(places: SettingPlaces, text: string): SettingChange[] {
  const rows = new Map(listSettings(places).map((row) => [row.name, row]));
  const given = Object.entries(parseFile(text).settings);
  const faults: string[] = [];
  const changes = given.flatMap(([name, value]): SettingChange[] => {
    const definition = settingOf(name);
    if (definition === null) {
      faults.push(`${name}: there is no such setting`);
      return [];
    }
    const parsed = definition.schema.safeParse(value);
    if (!parsed.success) {
      faults.push(`${name}: ${whyNot(parsed.error)} (${definition.range})`);
      return [];
    }
    const row = rows.get(name);
    if (row === undefined || (row.isSet && isSame(row.value, parsed.data))) return [];
    const { label, scope } = definition;
    return [{ name, label, scope, before: row.value, after: parsed.data }];
  });
  if (faults.length === 0) return changes;
  throw new HiveError("invalid_input", `Nothing was imported. What is wrong with the file:\n${faults.join("\n")}`, {
    faults,
  });
}

function parseFile(text: string): SettingsFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HiveError("invalid_input", `Nothing was imported: the file is not JSON (${why}).`, {});
  }
  const parsed = settingsFile.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HiveError("invalid_input", `Nothing was imported: ${whyNot(parsed.error)}.`, {});
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Puts changes in place that were read before. Those of the database are one transaction, and the first: it can be refused. */
export async function importSettings(
  places: SettingPlaces,
  { changes, actor }: { readonly changes: readonly SettingChange[]; readonly actor: string },
): Promise<number> {
  const act = { reason: "Imported from a file", actor };
  const inDatabase = changes.filter(({ scope }) => scope === "database");
  const [first] = inDatabase;
  if (first !== undefined) {
    const store = storeOf(places, first.name);
    await store.write((tx) => {
      for (const { name, after } of inDatabase) putInDatabase(tx, store, { name, value: after }, act);
    });
  }
  for (const { name, after, scope } of changes) {
    if (scope !== "database") await put(places, existing(name, places), after, act);
  }
  return changes.length;
}
