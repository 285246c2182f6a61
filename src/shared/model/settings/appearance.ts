import { z } from "zod";
import { AT_ONCE, choice, type SettingDefinition } from "./definition";

export const ZOOM_FACTORS = [0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2] as const;

export const APPEARANCE_SETTINGS: readonly SettingDefinition[] = [
  choice(
    {
      name: "appearance.theme",
      scope: "machine",
      group: "appearance",
      label: "Theme",
      says: "The colours of every window on this computer.",
      default: null,
      defaultWords: "dark",
      effect: "at once; in other windows when they come to the front",
    },
    { system: "As the system", dark: "Dark", light: "Light" },
  ),
  {
    name: "appearance.zoom",
    scope: "window",
    group: "appearance",
    label: "Size",
    says: "How large this window is drawn. A database that is opened for the first time begins with the size used last.",
    control: {
      kind: "choice",
      options: ZOOM_FACTORS.map((value) => ({ value, label: `${Math.round(value * 100)} %` })),
    },
    schema: z.union(ZOOM_FACTORS.map((value) => z.literal(value))),
    default: 1,
    defaultWords: "100 %",
    range: ZOOM_FACTORS.join(", "),
    effect: AT_ONCE,
  },
  choice(
    {
      name: "appearance.density",
      scope: "machine",
      group: "appearance",
      label: "Density",
      says: "Comfortable gives forms, menus and panels more room. Rows of tables stay as they are.",
      default: "compact",
      effect: "at once; in other windows when they come to the front",
    },
    { compact: "Compact", comfortable: "Comfortable" },
  ),
  choice(
    {
      name: "appearance.motion",
      scope: "machine",
      group: "appearance",
      label: "Motion",
      says: "Whether anything on screen moves by itself.",
      default: "system",
      effect: "at once; in other windows when they come to the front",
    },
    { system: "As the system", reduced: "None" },
  ),
];
