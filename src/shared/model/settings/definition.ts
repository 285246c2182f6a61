import { z } from "zod";

/** Where a setting is kept, and so whom it is for. */
export const SETTING_SCOPES = ["database", "machine", "window"] as const;
export type SettingScope = (typeof SETTING_SCOPES)[number];

export const SETTING_GROUPS = [
  "runner",
  "backup",
  "retention",
  "appearance",
  "time",
  "notifications",
  "llm",
  "fleet",
  "updates",
] as const;
export type SettingGroup = (typeof SETTING_GROUPS)[number];

/** How a value is edited, and what it may be. */
export type SettingControl =
  | { readonly kind: "number"; readonly min: number; readonly max: number; readonly unit: string }
  | {
      readonly kind: "choice";
      readonly options: readonly { readonly value: string | number; readonly label: string }[];
    }
  | { readonly kind: "switch" }
  | { readonly kind: "text"; readonly placeholder: string }
  | { readonly kind: "words"; readonly placeholder: string }
  | { readonly kind: "zone" }
  | { readonly kind: "rules" };

export interface SettingDefinition {
  /** `group.what`. */
  readonly name: string;
  readonly scope: SettingScope;
  readonly group: SettingGroup;
  readonly label: string;
  /** What it does, in a sentence or two. */
  readonly says: string;
  readonly control: SettingControl;
  /** What a value must be. Null is not among them: it stands for "not set". */
  readonly schema: z.ZodType;
  /** Null: it depends, as `defaultWords` says. */
  readonly default: unknown;
  readonly defaultWords: string;
  /** What may be given. */
  readonly range: string;
  /** When a change takes effect. */
  readonly effect: string;
}

/** What every setting says of itself; the rest follows from how it is edited. */
type Given = Omit<SettingDefinition, "schema" | "control" | "range" | "defaultWords"> & {
  readonly defaultWords?: string;
};

/** A whole number from `min` to `max`. */
export function whole(given: Given, min: number, max: number, unit: string): SettingDefinition {
  return {
    defaultWords: given.default === null ? "" : withUnit(given.default, unit),
    ...given,
    control: { kind: "number", min, max, unit },
    schema: z.int().min(min).max(max),
    range: `${min} to ${max}${unit === "" ? "" : ` ${unit}`}`,
  };
}

function withUnit(value: unknown, unit: string): string {
  return unit === "" ? String(value) : `${value} ${unit}`;
}

/** One of the words of `options`, shown by their labels. */
export function choice(given: Given, options: Readonly<Record<string, string>>): SettingDefinition {
  const values = Object.keys(options);
  return {
    defaultWords: typeof given.default === "string" ? (options[given.default] ?? given.default) : "",
    ...given,
    control: { kind: "choice", options: values.map((value) => ({ value, label: options[value] ?? value })) },
    schema: z.enum(values),
    range: values.join(", "),
  };
}

/** On or off. */
export function onOff(given: Given): SettingDefinition {
  return {
    defaultWords: given.default === true ? "on" : "off",
    ...given,
    control: { kind: "switch" },
    schema: z.boolean(),
    range: "on (true), off (false)",
  };
}

/** When a change takes effect, said the same way everywhere. */
export const AT_ONCE = "at once";
