export const MIGRATION_TABS = ["road", "differences", "figures"] as const;
export type MigrationTab = (typeof MIGRATION_TABS)[number];

/** The road to the unified schema: where the database stands, what differs, and what is measured. */
export interface MigrationPlace {
  readonly view: "migration";
  readonly tab: MigrationTab;
}

export const migrationPlace = (tab: MigrationTab = "road"): MigrationPlace => ({ view: "migration", tab });

/** `#/migration`, `#/migration/differences`, `#/migration/figures`. */
export function parseMigration(word: string | null): MigrationPlace {
  return migrationPlace(MIGRATION_TABS.find((known) => known === word) ?? "road");
}

export const formatMigration = ({ tab }: MigrationPlace): string =>
  tab === "road" ? "#/migration" : `#/migration/${tab}`;
