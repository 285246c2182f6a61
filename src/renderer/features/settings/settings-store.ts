import { create } from "zustand";
import type { SettingRow } from "../../../shared/model/setting";
import { call, messageOf } from "../../api";
import { placeNow, usePlace } from "../../location";
import { SETTINGS_SECTIONS, type SettingsSection } from "../../settings-place";
import { setTimeStyle } from "../../time-format";
import { toast } from "../../ui/toast";
import { nextTheme, setTheme, THEMES, type Theme, useTheme } from "../shell/theme";

interface SettingsState {
  readonly rows: ReadonlyMap<string, SettingRow>;
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  /** Why the last value given for a setting was refused. */
  readonly refused: ReadonlyMap<string, string>;
}

export const useSettings = create<SettingsState>()(() => ({
  rows: new Map(),
  status: "loading",
  error: null,
  refused: new Map(),
}));

export function useSetting(name: string): SettingRow | undefined {
  return useSettings((state) => state.rows.get(name));
}

export async function loadSettings(): Promise<void> {
  try {
    const rows = await call("settings.list", {});
    useSettings.setState({ rows: new Map(rows.map((row) => [row.name, row])), status: "ready", error: null });
    apply(rows);
  } catch (error) {
    useSettings.setState({ status: "failed", error });
  }
}

/** Puts what is set for how the window looks in place. */
function apply(rows: Iterable<SettingRow>): void {
  for (const { name, value, isSet } of rows) {
    if (name === "appearance.theme" && isSet && isTheme(value)) setTheme(value);
    if (name === "appearance.density") document.documentElement.dataset.density = String(value);
    if (name === "appearance.motion") document.documentElement.dataset.motion = String(value);
    if (name === "time.zone") setTimeStyle({ zone: value === "system" || typeof value !== "string" ? null : value });
    if (name === "time.clock") setTimeStyle({ hours: value === "12" ? 12 : 24 });
  }
}

function isTheme(value: unknown): value is Theme {
  return THEMES.some((theme) => theme === value);
}

function took(row: SettingRow): void {
  const { rows, refused } = useSettings.getState();
  const others = new Map(refused);
  others.delete(row.name);
  useSettings.setState({ rows: new Map(rows).set(row.name, row), refused: others });
  apply([row]);
}

export function refuse(name: string, why: string | null): void {
  const refused = new Map(useSettings.getState().refused);
  if (why === null) refused.delete(name);
  else refused.set(name, why);
  useSettings.setState({ refused });
}

/** False: it was refused, and the reason stands beside it. */
export async function setSetting(name: string, value: unknown): Promise<boolean> {
  try {
    // What a control gives is JSON; the contract says what else it must be.
    took(await call("settings.set", { name, value: JSON.parse(JSON.stringify(value)) }));
    return true;
  } catch (error) {
    refuse(name, messageOf(error));
    return false;
  }
}

/** Takes a setting back to its default; what it was can be put back. */
export async function resetSetting({ name, label, value }: SettingRow): Promise<void> {
  try {
    took(await call("settings.reset", { name }));
    toast.success(`${label} is back at its default`, {
      action: { label: "Undo", run: () => void setSetting(name, value) },
    });
  } catch (error) {
    toast.error(`${label} could not be reset`, { description: messageOf(error) });
  }
}

/** Takes the next of system, dark and light: at once here, and for other windows as the setting of the computer. */
export function cycleTheme(): void {
  const next = nextTheme(useTheme.getState().theme);
  setTheme(next);
  void setSetting("appearance.theme", next);
}

const SECTION_KEY = "settings-section";

export function useLastSection(): SettingsSection {
  const place = usePlace();
  return place.view === "settings" ? place.section : lastSection();
}

function lastSection(): SettingsSection {
  const kept = window.localStorage.getItem(SECTION_KEY);
  return SETTINGS_SECTIONS.find((known) => known === kept) ?? "databases";
}

export function noteSection(section: SettingsSection): void {
  window.localStorage.setItem(SECTION_KEY, section);
}

/** Reads the settings now and whenever the window comes to the front, until the returned function is called. */
export function startSettings(): () => void {
  const read = (): void => {
    // What is typed at the moment is not to be lost.
    if (placeNow().view !== "settings" || document.activeElement === document.body) void loadSettings();
  };
  void loadSettings();
  window.addEventListener("focus", read);
  return () => window.removeEventListener("focus", read);
}
