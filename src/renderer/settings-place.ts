/** The parts of the settings, in the order in which they stand. */
export const SETTINGS_SECTIONS = [
  "databases",
  "runner",
  "retention",
  "appearance",
  "time",
  "notifications",
  "llm",
  "fleet",
  "updates",
  "keys",
  "transfer",
] as const;
export type SettingsSection = (typeof SETTINGS_SECTIONS)[number];

export const SECTION_LABELS: Readonly<Record<SettingsSection, string>> = {
  databases: "Databases",
  runner: "Runner",
  retention: "Backup and retention",
  appearance: "Appearance",
  time: "Time",
  notifications: "Notifications",
  llm: "Language models",
  fleet: "Fleet",
  updates: "Updates",
  keys: "Keys",
  transfer: "Import and export",
};

export interface SettingsPlace {
  readonly view: "settings";
  readonly section: SettingsSection;
}

export function parseSettings(section: string | null): SettingsPlace {
  return { view: "settings", section: SETTINGS_SECTIONS.find((known) => known === section) ?? "databases" };
}

export function formatSettings({ section }: SettingsPlace): string {
  return `#/settings/${section}`;
}
