import { readFile, stat, writeFile } from "node:fs/promises";
import type { Handlers } from "../shared/contract";
import { HiveError } from "../shared/errors";
import type { SettingChange } from "../shared/model/settings/transfer";
import type { Environment } from "./core/agents/agent";
import { checkLlm } from "./core/agents/llm-health";
import { llmTarget } from "./core/agents/llm-target";
import type { SecretSource } from "./core/bus/secret-source";
import type { Shelf } from "./core/bus/shelf";
import { previewRules } from "./core/operations/notifications";
import {
  exportSettings,
  importSettings,
  listSettings,
  readSettingsFile,
  resetSetting,
  type SettingPlaces,
  setSetting,
} from "./core/operations/settings";
import {
  addSubscription,
  editSubscription,
  listDeliveries,
  listSubscriptions,
  pauseSubscription,
  removeSubscription,
  resumeSubscription,
  testSubscription,
} from "./core/operations/subscriptions";
import type { Store } from "./core/store/open";
import type { Dialogs } from "./dialogs";
import { LLM_KEY, type SafeStorage, subscriptionKey } from "./safe-storage";

export interface SettingsServices {
  readonly places: SettingPlaces & { readonly store: Store };
  readonly dialogs: Pick<Dialogs, "saveFile" | "settingsFile">;
  readonly secrets: SafeStorage;
  readonly environment: Environment;
  readonly shelf: Shelf;
  /** What is unseen changed. */
  readonly onSeen: () => void;
  readonly actor: string;
}

/** A file of settings is a few kilobytes. */
const MOST_BYTES = 1_000_000;
const TEST_MS = 15_000;

export function settingsHandlers(services: SettingsServices) {
  const { places, secrets, environment, shelf, actor } = services;
  const { store } = places;
  return {
    "settings.list": () => listSettings(places),
    "settings.set": (input) => setSetting(places, { ...input, actor }),
    "settings.reset": (input) => resetSetting(places, { ...input, actor }),
    ...fileHandlers(services),

    "llm.key": () => secrets.state(LLM_KEY),
    "llm.setKey": ({ key }) => {
      secrets.write(LLM_KEY, key);
      return secrets.state(LLM_KEY);
    },
    "llm.test": () => checkLlm(llmTarget(environment), environment, AbortSignal.timeout(TEST_MS)),

    ...subscriptionHandlers(store, services),
    "notifications.list": ({ limit }) => shelf.list(limit),
    "notifications.markSeen": async ({ ids }) => {
      await shelf.markSeen(ids);
      services.onSeen();
      return shelf.list(100);
    },
    "notifications.preview": ({ rules }) => previewRules(store, rules),
  } satisfies Partial<Handlers>;
}

function fileHandlers({ places, dialogs, actor }: SettingsServices) {
  let read: { readonly id: string; readonly changes: readonly SettingChange[] } | null = null;
  return {
    "settings.export": async () => {
      const file = await dialogs.saveFile("Export the settings", "hive-console-settings.json");
      if (file === null) return null;
      try {
        await writeFile(file, `${JSON.stringify(exportSettings(places), null, 2)}\n`);
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        throw new HiveError("file_unwritable", `The settings cannot be written to ${file}: ${cause}.`, { file });
      }
      return { file };
    },
    "settings.readImport": async () => {
      const file = await dialogs.settingsFile();
      if (file === null) return null;
      const changes = readSettingsFile(places, await textOf(file));
      read = { id: places.store.newId(), changes };
      return { importId: read.id, file, changes };
    },
    "settings.import": async ({ importId }) => {
      if (read?.id !== importId) {
        throw new HiveError("not_found", "This import is not known any more: choose the file again.", { importId });
      }
      const { changes } = read;
      read = null;
      return { changed: await importSettings(places, { changes, actor }) };
    },
  } satisfies Partial<Handlers>;
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= MOST_BYTES) return await readFile(file, "utf8");
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new HiveError("file_unreadable", `${file} cannot be read: ${cause}.`, { file });
  }
  throw new HiveError("invalid_input", `${file} is too large for a file of settings. Nothing was imported.`, { file });
}

/** Keys of webhooks in safe storage. */
export function keptSecrets(secrets: SafeStorage): SecretSource {
  return { read: (subscriptionId) => secrets.read(subscriptionKey(subscriptionId)) };
}

function subscriptionHandlers(store: Store, { secrets, environment, actor }: SettingsServices) {
  const keep = (subscriptionId: string, secret: string | null | undefined): void => {
    if (secret !== undefined) secrets.write(subscriptionKey(subscriptionId), secret);
  };
  return {
    "subscriptions.list": () => listSubscriptions(store),
    "subscriptions.add": ({ secret, from, ...input }) => {
      const keepSecret = secret ? (id: string) => keep(id, secret) : undefined;
      return addSubscription(store, { input, from, keepSecret, actor });
    },
    "subscriptions.edit": async ({ secret, subscriptionId, ...input }) => {
      keep(subscriptionId, secret);
      const kept = secret === undefined ? {} : { hasKeptSecret: secret !== null };
      return editSubscription(store, { subscriptionId, input, actor, ...kept });
    },
    "subscriptions.remove": async (input) => {
      await removeSubscription(store, { ...input, actor });
      keep(input.subscriptionId, null);
      return null;
    },
    "subscriptions.pause": (input) => pauseSubscription(store, { ...input, actor }),
    "subscriptions.resume": (input) => resumeSubscription(store, { ...input, actor }),
    "subscriptions.test": ({ subscriptionId }) =>
      testSubscription(store, subscriptionId, { secrets: keptSecrets(secrets), environment }),
    "subscriptions.log": ({ subscriptionId, limit }) => listDeliveries(store, subscriptionId, limit),
  } satisfies Partial<Handlers>;
}
