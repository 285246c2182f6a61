import {
  type Alias,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from "yaml";

/** Something wrong at an offset of the text. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly offset: number;
}

/** A text read as YAML 1.2 (of which JSON is a part). */
export interface PlanSource {
  readonly text: string;
  readonly root: Node | null;
  /** Errors mean that `root` may lack parts and should not be read. */
  readonly problems: readonly Problem[];
  /** What an alias stands for; any other node is itself. Null for an alias without its anchor. */
  readonly resolve: (node: unknown) => Node | null;
  /** 1-based line and column. */
  readonly place: (offset: number) => { line: number; column: number };
}

/** Reads any text; never throws. */
export function readSource(text: string): PlanSource {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    schema: "core",
    resolveKnownTags: false,
    // The library compares each key with all others of its mapping; readMapping finds doubles in linear time.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const anchors = text.includes("*") && document.errors.length === 0 ? aliasTargets(document.contents) : new Map();
  const quoted = document.errors.length > 0 ? quotedRanges(document.contents) : [];
  return {
    text,
    root: document.contents,
    problems: [
      ...onePerLine(document.errors, place).map((error) => inPlainWords(error, text, quoted)),
      ...document.warnings.map((warning) => inPlainWords(warning, text, quoted)),
    ],
    resolve: (node) => (isAlias(node) ? (anchors.get(node) ?? null) : isNode(node) ? node : null),
    place,
  };
}

/** For each alias the node that carried its anchor last before it: in one walk, however many there are. */
function aliasTargets(root: Node | null): Map<Alias, Node> {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const walk = (node: unknown): void => {
    if (isPair(node)) {
      walk(node.key);
      walk(node.value);
    } else if (isAlias(node)) {
      const target = anchored.get(node.source);
      if (target) targets.set(node, target);
    } else if (isScalar(node) || isCollection(node)) {
      if (node.anchor) anchored.set(node.anchor, node);
      if (isCollection(node)) for (const item of node.items) walk(item);
    }
  };
  walk(root);
  return targets;
}

/** One slip often makes the library report several errors on a line; the first says it. */
function onePerLine(errors: readonly YAMLError[], place: PlanSource["place"]): YAMLError[] {
  const firsts = new Map<number, YAMLError>();
  for (const error of [...errors].sort((a, b) => a.pos[0] - b.pos[0])) {
    const { line } = place(error.pos[0]);
    if (!firsts.has(line)) firsts.set(line, error);
  }
  return [...firsts.values()];
}

function inPlainWords(error: YAMLError, text: string, quoted: readonly [number, number][]): Problem {
  const severity = error.name === "YAMLWarning" ? "warning" : "error";
  const [start] = error.pos;
  if (error.code === "MISSING_CHAR" && error.message.includes("quote")) {
    return {
      severity,
      code: "yaml_syntax",
      message: "A quote is opened here and never closed: close it, or write the text as a block after |.",
      offset: openingQuote(quoted, start) ?? start,
    };
  }
  return { severity, code: "yaml_syntax", message: explain(error, text), offset: start };
}

const missingHere = ({ message }: YAMLError): string =>
  `A comma, colon, bracket or brace is missing here (${message}).`;

function explain(error: YAMLError, text: string): string {
  const char = JSON.stringify(text[error.pos[0]] ?? "");
  switch (error.code) {
    case "TAB_AS_INDENT":
      return "A tab indents this line: YAML is indented with spaces only.";
    case "BLOCK_AS_IMPLICIT_KEY":
      return 'A second ": " on one line, or an indentation that fits no key above: put the value in quotes, or indent it as its neighbours.';
    case "MULTILINE_IMPLICIT_KEY":
      return 'This line is no "key: value": is the colon missing, or the space after it, or (in JSON) a comma before it?';
    case "BAD_SCALAR_START":
      return `A value cannot begin with ${char} here: put it in quotes.`;
    case "BAD_INDENT":
      return "The indentation is wrong, or a bracket or brace before it is not closed.";
    case "MISSING_CHAR":
      if (error.message.includes("without - indicator")) {
        return 'This line belongs to no entry of the list above: indent it as the entry\'s other keys, or begin an entry with "- ".';
      }
      return missingHere(error);
    case "BLOCK_IN_FLOW":
      return missingHere(error);
    case "UNEXPECTED_TOKEN":
      return `This does not belong here (${error.message}): is a quote, a dash or a colon missing before it?`;
    case "BAD_DQ_ESCAPE":
      return 'Between double quotes a backslash begins an escape, and this one is unknown: write \\\\, or use single quotes or a block after "|".';
    case "MULTIPLE_DOCS":
      return 'A plan file is one document: a second one begins at this "---".';
    case "RESOURCE_EXHAUSTION":
      return "Lists and mappings are nested too deeply here.";
    case "TAG_RESOLVE_FAILED":
      return `${error.message}: plans need no tags (words that begin with "!"). Remove it, or put the text in quotes.`;
    default:
      return `This is not valid YAML: ${error.message}.`;
  }
}

/** Where quoted texts begin and end, in their order, which is also that of their offsets: they do not nest. */
function quotedRanges(node: unknown, found: [start: number, end: number][] = []): [start: number, end: number][] {
  if (isPair(node)) {
    quotedRanges(node.key, found);
    quotedRanges(node.value, found);
  } else if (isCollection(node)) {
    for (const item of node.items) quotedRanges(item, found);
  } else if (isScalar(node) && node.range && node.type?.startsWith("QUOTE")) {
    found.push([node.range[0], node.range[2]]);
  }
  return found;
}

/** The offset of the quoted text that runs over `offset`. */
function openingQuote(quoted: readonly [number, number][], offset: number): number | null {
  let low = 0;
  let high = quoted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((quoted[middle]?.[0] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  const last = quoted[low - 1];
  return last && offset <= last[1] ? last[0] : null;
}
