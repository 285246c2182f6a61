import { AT_ONCE, type SettingDefinition, whole } from "./definition";

export const BACKUP_SETTINGS: readonly SettingDefinition[] = [
  whole(
    {
      name: "backup.everyHours",
      scope: "database",
      group: "backup",
      label: "Backup every",
      says: "Whoever starts the tasks makes a backup beside the database so often. 0 makes none by the clock.",
      default: 0,
      defaultWords: "0: none",
      effect: AT_ONCE,
    },
    0,
    8_760,
    "hours",
  ),
  whole(
    {
      name: "backup.keep",
      scope: "database",
      group: "backup",
      label: "Backups kept",
      says: "Of those made by the clock the latest so many are kept. Those that a person made stay.",
      default: 7,
      effect: "with the next backup",
    },
    1,
    1_000,
    "backups",
  ),
];
