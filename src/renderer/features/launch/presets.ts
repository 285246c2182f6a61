import { create } from "zustand";
import type { ParameterDefinition } from "../../../shared/model/plan-definition";
import { originKey, type PlanOrigin } from "../../../shared/model/plan-origin";
import { type FieldValue, type FieldValues, fieldValue } from "./parameters";

/** Values of a plan's parameters under a name. */
export interface Preset {
  readonly name: string;
  readonly fields: FieldValues;
}

type Presets = Readonly<Record<string, readonly Preset[]>>;

const KEY = "launch-presets";

function isFields(value: unknown): value is FieldValues {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((field) => typeof field === "string" || typeof field === "boolean")
  );
}

function isPreset(value: unknown): value is Preset {
  if (typeof value !== "object" || value === null) return false;
  return "name" in value && typeof value.name === "string" && "fields" in value && isFields(value.fields);
}

/** What was kept, as far as it makes sense. Pure. */
export function readPresets(kept: string | null): Presets {
  try {
    const value: unknown = JSON.parse(kept ?? "{}");
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, list]) => (Array.isArray(list) ? [[key, list.filter(isPreset)]] : [])),
    );
  } catch {
    return {};
  }
}

const storage = (): Storage | null => (typeof window === "undefined" ? null : window.localStorage);

/** Sets of values, by the origin of their plan. They belong to the window's database, on this computer. */
export const usePresets = create<{ readonly presets: Presets }>()(() => ({
  presets: readPresets(storage()?.getItem(KEY) ?? null),
}));

function keep(origin: PlanOrigin, change: (list: readonly Preset[]) => readonly Preset[]): void {
  const key = originKey(origin);
  const { presets } = usePresets.getState();
  const next = { ...presets, [key]: change(presets[key] ?? []) };
  usePresets.setState({ presets: next });
  storage()?.setItem(KEY, JSON.stringify(next));
}

/** What a preset keeps of a form: every value, defaults too, so that it means the same later; never a secret. Pure. */
export function presetFields(parameters: readonly ParameterDefinition[], contents: FieldValues): FieldValues {
  const fields: Record<string, FieldValue> = {};
  for (const parameter of parameters) {
    if (parameter.type !== "secret") fields[parameter.name] = fieldValue(parameter, contents);
  }
  return fields;
}

/** The fields that the plan still has. Pure. */
export function fittingFields(parameters: readonly ParameterDefinition[], { fields }: Preset): FieldValues {
  const known = new Set(parameters.flatMap(({ name, type }) => (type === "secret" ? [] : [name])));
  return Object.fromEntries(Object.entries(fields).filter(([name]) => known.has(name)));
}

/** Keeps values under a name; one of that name is replaced. */
export function savePreset(origin: PlanOrigin, preset: Preset): void {
  keep(origin, (list) =>
    [...list.filter(({ name }) => name !== preset.name), preset].sort((a, b) => a.name.localeCompare(b.name)),
  );
}

export function deletePreset(origin: PlanOrigin, name: string): void {
  keep(origin, (list) => list.filter((preset) => preset.name !== name));
}
