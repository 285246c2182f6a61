import { z } from "zod";
import { onOff, type SettingDefinition } from "./definition";

export const UPDATE_SETTINGS: readonly SettingDefinition[] = [
  onOff({
    name: "updates.check",
    scope: "machine",
    group: "updates",
    label: "Look for newer versions",
    says: "Asks the address below once a day which version is the latest, and tells of a newer one. Nothing is told of this computer, and nothing is installed.",
    default: false,
    effect: "within the hour",
  }),
  {
    name: "updates.url",
    scope: "machine",
    group: "updates",
    label: "Whom to ask",
    says: 'The address that is asked. It answers with JSON: {"version": "1.2.3", "page": "https://..."}, where page is where the version is had.',
    control: { kind: "text", placeholder: "https://downloads.example.com/hive-console/latest.json" },
    schema: z.url({ protocol: /^https$/, error: "write an address with https:// in front" }).max(2_000),
    default: null,
    defaultWords: "nobody",
    range: "an address with https://",
    effect: "with the next look",
  },
];
