import { mkdirSync, readFileSync, renameSync, statSync, unwatchFile, watchFile, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HiveError } from "../../shared/errors";
import { dataFolder } from "./paths";

/** What is set for this computer, by name: in a file that every window and command reads. */
export interface MachineSettings {
  /** What is kept, as it stands; `undefined`: nothing. */
  get(name: string): unknown;
  /** `undefined` takes it away. Throws `file_unwritable`. */
  set(name: string, value: unknown): void;
  /** Calls back when any of it changed, also by another process. Returns what ends that. */
  onChange(listener: () => void): () => void;
}

/** How often other processes' changes are looked for. */
const LOOK_MS = 1_000;

type Kept = Readonly<Record<string, unknown>>;

export function machineSettingsFile(): string {
  return join(dataFolder(), "settings.json");
}

/** A missing or damaged file gives the defaults; a damaged one is kept beside the next one that is written. */
export function openMachineSettings(file: string = machineSettingsFile()): MachineSettings {
  const listeners = new Set<() => void>();
  let stamp: string | null = null;
  let kept: Kept = {};
  let isDamaged = false;

  function look(): Kept {
    const found = statSync(file, { throwIfNoEntry: false });
    const now = found === undefined ? "none" : `${found.mtimeMs} ${found.size} ${found.ino}`;
    if (now === stamp) return kept;
    stamp = now;
    isDamaged = false;
    kept = {};
    if (found === undefined) return kept;
    try {
      const value: unknown = JSON.parse(readFileSync(file, "utf8"));
      if (typeof value === "object" && value !== null && !Array.isArray(value)) kept = { ...value };
      else isDamaged = true;
    } catch {
      isDamaged = true;
    }
    return kept;
  }

  function write(next: Kept): void {
    try {
      mkdirSync(dirname(file), { recursive: true });
      if (isDamaged) renameSync(file, `${file}.damaged`);
      const draft = `${file}.${process.pid}`;
      writeFileSync(draft, `${JSON.stringify(next, null, 2)}\n`);
      renameSync(draft, file);
    } catch (error) {
      throw new HiveError(
        "file_unwritable",
        `The settings of this computer cannot be written to ${file}. Check the permissions and the room on the disk.`,
        { file, cause: error instanceof Error ? error.message : String(error) },
      );
    }
  }

  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };

  return {
    get(name) {
      const all = look();
      return Object.hasOwn(all, name) ? all[name] : undefined;
    },
    set(name, value) {
      const { [name]: _before, ...others } = look();
      write(value === undefined ? others : { ...others, [name]: value });
      look();
      tell();
    },
    onChange(listener) {
      if (listeners.size === 0) watchFile(file, { interval: LOOK_MS, persistent: false }, tell);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) unwatchFile(file);
      };
    },
  };
}
