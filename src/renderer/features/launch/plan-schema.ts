import schema from "../../../../resources/plan.schema.json";

/** A JSON schema, as far as completion reads it; the last two are what some alternatives consist of. */
interface SchemaNode {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly required?: readonly string[];
  readonly pattern?: string;
}

const ROOT: SchemaNode = schema;
const DEFINITIONS: Readonly<Record<string, SchemaNode>> = schema.$defs;

/** A step into a plan: a key, or any item of a list. */
export type Step = string;
export const ITEM = "[]";

function meant(node: SchemaNode): SchemaNode[] {
  const { $ref, anyOf = [], oneOf = [], ...own } = node;
  const referred = $ref === undefined ? undefined : DEFINITIONS[$ref.replace("#/$defs/", "")];
  // A description beside a reference is about this place, so it goes first.
  return [own, ...(referred === undefined ? [] : meant(referred)), ...[...anyOf, ...oneOf].flatMap(meant)];
}

function nodesAt(path: readonly Step[]): SchemaNode[] {
  let nodes = meant(ROOT);
  for (const step of path) {
    nodes = nodes
      .flatMap(({ properties = {}, additionalProperties, items }) => {
        if (step === ITEM) return items === undefined ? [] : [items];
        if (Object.hasOwn(properties, step)) return [properties[step] ?? {}];
        return typeof additionalProperties === "object" ? [additionalProperties] : [];
      })
      .flatMap(meant);
  }
  return nodes;
}

export interface KnownWord {
  readonly word: string;
  readonly text: string;
}

const textOf = (node: SchemaNode): string => meant(node).find(({ description }) => description)?.description ?? "";

/** The keys that a plan may have at a place. */
export function keysAt(path: readonly Step[]): KnownWord[] {
  const known = new Map<string, string>();
  for (const { properties = {} } of nodesAt(path)) {
    for (const [word, node] of Object.entries(properties)) if (!known.has(word)) known.set(word, textOf(node));
  }
  return Array.from(known, ([word, text]) => ({ word, text }));
}

/** The values that the schema names for a place. */
export function valuesAt(path: readonly Step[]): string[] {
  const values = nodesAt(path).flatMap((node) => [
    ...(node.enum ?? []).map(String),
    ...([node.type].flat().includes("boolean") ? ["true", "false"] : []),
  ]);
  return [...new Set(values)];
}
