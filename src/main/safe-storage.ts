import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { safeStorage } from "electron";
import { z } from "zod";
import { HiveError } from "../shared/errors";
import type { SecretKeeping, SecretState } from "../shared/settings-contract";

const keptSchema = z.record(z.string(), z.string());

/** Secrets by name: encrypted by the system's keyring into a file, or where it has none, as `keeping` says. */
export interface SafeStorage {
  /** Null: there is none, or it cannot be read here. */
  read(name: string): string | null;
  /** Null takes it away. Throws `file_unwritable`. */
  write(name: string, secret: string | null): void;
  state(name: string): SecretState;
  /** Returns what ends it. */
  onChange(listener: () => void): () => void;
}

const SAYS: Readonly<Record<SecretKeeping, string>> = {
  keyring: "Encrypted, with a key that the system's keyring holds.",
  weak: "This system has no keyring: the key is kept only weakly, in a file that your user alone can read and that any program of yours can decipher.",
  session: "This system can encrypt nothing: the key is kept in memory, and is gone when this window closes.",
};

/** `file`: where they are kept, for its owner alone. */
export function openSafeStorage(file: string): SafeStorage {
  const session = new Map<string, string>();
  const listeners = new Set<() => void>();

  function keeping(): SecretKeeping {
    if (process.platform === "linux" && safeStorage.getSelectedStorageBackend() === "basic_text") return "weak";
    return safeStorage.isEncryptionAvailable() ? "keyring" : "session";
  }

  /** Without a keyring Chromium refuses unless it is told that this is known. */
  function prepare(): SecretKeeping {
    const how = keeping();
    if (how !== "weak") return how;
    safeStorage.setUsePlainTextEncryption(true);
    return safeStorage.isEncryptionAvailable() ? "weak" : "session";
  }

  function kept(): Readonly<Record<string, string>> {
    try {
      return keptSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch {
      return {};
    }
  }

  function put(next: Readonly<Record<string, string>>): void {
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.${process.pid}`, JSON.stringify(next), { mode: 0o600 });
      renameSync(`${file}.${process.pid}`, file);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new HiveError("file_unwritable", `The key cannot be kept in ${file}: ${cause}. Nothing was changed.`, {
        file,
      });
    }
  }

  function read(name: string): string | null {
    const inSession = session.get(name);
    if (inSession !== undefined) return inSession;
    const text = kept()[name];
    if (text === undefined || prepare() === "session") return null;
    try {
      return safeStorage.decryptString(Buffer.from(text, "base64"));
    } catch {
      // Encrypted by another user or keyring: it has to be given again.
      return null;
    }
  }

  return {
    read,
    write(name, secret) {
      const { [name]: before, ...others } = kept();
      if (secret === null) {
        session.delete(name);
        if (before !== undefined) put(others);
      } else if (prepare() === "session") session.set(name, secret);
      else put({ ...others, [name]: safeStorage.encryptString(secret).toString("base64") });
      for (const listener of listeners) listener();
    },
    state(name) {
      const how = prepare();
      return { isSet: read(name) !== null, keeping: how, says: SAYS[how] };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export const LLM_KEY = "llm.key";
/** The address of the fleet's Redis, password included. */
export const FLEET_URL = "fleet.url";
export const FLEET_KEY = "fleet.key";

export function subscriptionKey(subscriptionId: string): string {
  return `subscription.${subscriptionId}`;
}
