import { accessSync, constants } from "node:fs";
import { resolve } from "node:path";
import { FALLBACK_VERSION, fallbackElectron, fallbackParts, fallbackSupported } from "./lib/fallback-electron.mjs";
import { officialElectron, rememberedFailureFile, wantedVersion } from "./lib/official-electron.mjs";
import { StepError, say } from "./lib/report.mjs";
import { ensureElectronLibraries } from "./lib/system-packages.mjs";

function fromEnvironment() {
  const named = process.env.HIVE_ELECTRON_PATH;
  if (!named) return undefined;
  const path = resolve(named);
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw new StepError(`HIVE_ELECTRON_PATH names ${path}, which is not an executable file.`, {
      todo: "Correct the variable, or unset it.",
    });
  }
  return path;
}

/**
 * The Electron executable to use, made ready to run: the one named by HIVE_ELECTRON_PATH, else the official one of
 * package.json's version, else, on Linux x64, the fallback runtime, which the npm registry alone can deliver.
 * @returns {Promise<{ path: string, kind: "environment" | "official" | "fallback" }>}
 * @throws {StepError} when none can be had
 */
export async function ensureElectron() {
  const named = fromEnvironment();
  if (named) return { path: named, kind: "environment" };
  const official = await officialElectron({ canRemember: fallbackSupported() });
  if ("path" in official) {
    await ensureElectronLibraries(official.path);
    return { path: official.path, kind: "official" };
  }
  const version = wantedVersion();
  if (!fallbackSupported()) {
    throw new StepError(`Electron ${version} cannot be downloaded: ${official.reason}.`, {
      todo: "Connect to the internet, or set ELECTRON_MIRROR to a mirror, or HIVE_ELECTRON_PATH to an executable.",
    });
  }
  say(
    `Electron ${FALLBACK_VERSION} runs instead of ${version}: ${official.reason}. ` +
      `Tried again after a day, or once ${rememberedFailureFile()} is deleted.`,
  );
  return { path: await fallbackElectron(), kind: "fallback" };
}

/** The parts of the system that ensureElectron() will ask for, to be had together with others. */
export async function electronParts() {
  if (process.env.HIVE_ELECTRON_PATH) return [];
  const official = await officialElectron({ canRemember: fallbackSupported() });
  if ("path" in official) return ["electron"];
  return fallbackSupported() ? fallbackParts() : [];
}
