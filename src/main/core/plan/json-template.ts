import { type Hole, holesOf } from "./template";

/** What is filled into the strings of a JSON value. */
export function holesInJson(value: unknown): Hole[] {
  if (typeof value === "string") return holesOf(value);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(holesInJson);
}

/** The value with each of its strings as `fill` answers it. Keys stay as they are. */
export function mapStrings(value: unknown, fill: (text: string) => unknown): unknown {
  if (typeof value === "string") return fill(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, fill));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, fill)]));
}
