import { isDeepStrictEqual } from "node:util";

type Schema = Readonly<Record<string, unknown>>;

const ANNOTATIONS = new Set(["$schema", "$defs", "title", "description"]);

/**
 * Whether a JSON value fits a schema: those keywords of JSON Schema 2020-12 that ours use. A keyword that it
 * does not know throws, so that no part of a schema goes unchecked.
 */
export function fitsSchema(value: unknown, schema: unknown, root: unknown = schema): boolean {
  if (!isObject(schema)) throw new Error(`Not a schema: ${JSON.stringify(schema)}`);
  const fits = (inner: unknown, at: unknown = value): boolean => fitsSchema(at, inner, root);
  return Object.entries(schema).every(([keyword, rule]) => {
    switch (keyword) {
      case "$ref":
        return fits(resolveReference(String(rule), root));
      case "type":
        return list(rule).some((type) => isOfType(value, String(type)));
      case "enum":
        return list(rule).some((item) => isDeepStrictEqual(item, value));
      case "const":
        return isDeepStrictEqual(rule, value);
      case "anyOf":
        return list(rule).some((inner) => fits(inner));
      case "allOf":
        return list(rule).every((inner) => fits(inner));
      case "oneOf":
        return list(rule).filter((inner) => fits(inner)).length === 1;
      case "not":
        return !fits(rule);
      case "if":
        return fits(rule) ? fits(schema.then ?? {}) : fits(schema.else ?? {});
      case "then":
      case "else":
        return true;
      case "pattern":
        return typeof value !== "string" || new RegExp(String(rule)).test(value);
      case "minimum":
        return typeof value !== "number" || value >= Number(rule);
      case "exclusiveMinimum":
        return typeof value !== "number" || value > Number(rule);
      case "maximum":
        return typeof value !== "number" || value <= Number(rule);
      case "minProperties":
        return !isObject(value) || Object.keys(value).length >= Number(rule);
      case "maxProperties":
        return !isObject(value) || Object.keys(value).length <= Number(rule);
      case "minItems":
        return !Array.isArray(value) || value.length >= Number(rule);
      case "items":
        return !Array.isArray(value) || value.every((item) => fits(rule, item));
      case "required":
        return !isObject(value) || list(rule).every((key) => Object.hasOwn(value, String(key)));
      case "propertyNames":
        return !isObject(value) || Object.keys(value).every((key) => fits(rule, key));
      case "properties":
        return (
          !isObject(value) ||
          Object.entries(asObject(rule)).every(([key, inner]) => !(key in value) || fits(inner, value[key]))
        );
      case "patternProperties":
        return !isObject(value) || patterned(value, asObject(rule)).every(([inner, item]) => fits(inner, item));
      case "additionalProperties":
        return !isObject(value) || additional(value, schema).every((item) => rule !== false && fits(rule, item));
      default:
        if (ANNOTATIONS.has(keyword)) return true;
        throw new Error(`The schema uses ${keyword}, which this checker does not know`);
    }
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asObject(value: unknown): Schema {
  return isObject(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function resolveReference(reference: string, root: unknown): unknown {
  return reference
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((node, key) => asObject(node)[key], root);
}

function patterned(value: Schema, patterns: Schema): [unknown, unknown][] {
  return Object.entries(patterns).flatMap(([pattern, inner]) =>
    Object.entries(value).flatMap(([key, item]): [unknown, unknown][] =>
      new RegExp(pattern).test(key) ? [[inner, item]] : [],
    ),
  );
}

function additional(value: Schema, schema: Schema): unknown[] {
  const patterns = Object.keys(asObject(schema.patternProperties)).map((pattern) => new RegExp(pattern));
  return Object.entries(value).flatMap(([key, item]) =>
    key in asObject(schema.properties) || patterns.some((pattern) => pattern.test(key)) ? [] : [item],
  );
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
