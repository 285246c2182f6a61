import { z } from "zod";
import { AT_ONCE, choice, type SettingDefinition } from "./definition";

function isZone(name: string): boolean {
  if (name === "system") return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const TIME_SETTINGS: readonly SettingDefinition[] = [
  {
    name: "time.zone",
    scope: "machine",
    group: "time",
    label: "Time zone",
    says: "Whose clock times are shown by. The database always holds UTC.",
    control: { kind: "zone" },
    schema: z.string().max(100).refine(isZone, "no time zone of this name is known, as in Europe/Berlin or UTC"),
    default: "system",
    defaultWords: "the computer's",
    range: "system, or a name as Europe/Berlin or UTC",
    effect: AT_ONCE,
  },
  choice(
    {
      name: "time.clock",
      scope: "machine",
      group: "time",
      label: "Clock",
      says: "How the time of day is written.",
      default: "24",
      effect: AT_ONCE,
    },
    { "24": "24 hours: 14:32:07", "12": "12 hours: 2:32:07 pm" },
  ),
];
