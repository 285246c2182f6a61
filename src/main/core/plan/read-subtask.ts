import { isMap, isScalar, isSeq, type Node } from "yaml";
import { ANY_AGENT } from "../../../shared/model/agent-work";
import type { SubtaskDefinition } from "../../../shared/model/plan-definition";
import type { Expressive } from "./expressions";
import { readAgent, readPrompt, readRoute } from "./read-agent";
import { readDuration } from "./read-duration";
import { readSubtaskExecutor } from "./read-executor";
import { noteExpressive } from "./read-json";
import { type Matrix, readMatrix } from "./read-matrix";
import { readPlacement, readRetries } from "./read-placement";
import { readCwd, readEnv } from "./read-surroundings";
import { readWork } from "./read-work";
import {
  caution,
  type Field,
  type Fields,
  fault,
  hasKey,
  isPlainValue,
  knownKeys,
  type Reading,
  readInteger,
  readList,
  readMapping,
  readText,
  readWord,
  type Subject,
  scalarText,
  whatIs,
} from "./reading";

export const SUBTASK_KEYS = knownKeys(
  [
    "id",
    "title",
    "description",
    "agent",
    "run",
    "prompt",
    "http",
    "llm",
    "approval",
    "dependencies",
    "matrix",
    "priority",
    "role",
    "capabilities",
    "group",
    "executor",
    "queue",
    "when",
    "on_failure",
    "retries",
    "timeout",
    "env",
    "cwd",
  ],
  { depends_on: "dependencies" },
);

/** What a subtask may be called. As text in `plan.schema.json` too. */
export const SUBTASK_ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$";
const wholeId = new RegExp(SUBTASK_ID_PATTERN);

export function isSubtaskId(text: string): boolean {
  return wholeId.test(text);
}

export const PRIORITY_RANGE = { min: -1_000_000, max: 1_000_000 } as const;

/** A subtask as read, with the nodes that later findings point to. */
export interface ReadSubtask {
  readonly subject: Subject;
  readonly node: Node;
  /** Its dependencies as written: what they stand for is not known yet. */
  readonly definition: SubtaskDefinition;
  /** Null: it is one subtask. */
  readonly matrix: Matrix | null;
  /** Null: it has none that could be used. */
  readonly idNode: Node | null;
  /** One for each of the definition's dependencies. */
  readonly dependencyNodes: readonly Node[];
  readonly expressive: readonly Expressive[];
  readonly groupNode: Node | null;
}

/** Reads subtask number `ordinal` (from 0). Null when it is no mapping. */
export function readSubtask(reading: Reading, node: Node, ordinal: number): ReadSubtask | null {
  const unnamed: Subject = { reading, name: `Subtask ${ordinal + 1}`, subtaskId: null };
  const subject = nameSubject(unnamed, node);
  const fields = readMapping(subject, node, SUBTASK_KEYS);
  if (!fields) return null;

  const id = readId(subject, fields, node);
  const expressive: Expressive[] = [];
  const text = (key: string): string | null => {
    const field = fields.get(key);
    const value = readText(subject, field);
    if (field && value !== null) expressive.push({ subject, text: value, node: field.value, isScript: false });
    return value;
  };
  const title = text("title");
  const description = text("description") ?? "";
  const agent = readAgent(subject, fields);
  const { dependencies, dependencyNodes } = readDependencies(subject, fields.get("dependencies"), expressive);
  const run = readRun(subject, fields, node, { agent, dependencies }, expressive);
  const work = {
    ...readWork(subject, fields, node, { agent, dependencies }, expressive),
    ...readPrompt(subject, fields, node, { agent, dependencies }, expressive),
  };
  const priority = fields.get("priority");
  const timeout = fields.get("timeout");
  const when = fields.get("when");
  const placement = readPlacement(subject, fields, expressive);
  const route =
    agent === ANY_AGENT && !fields.has("agent") ? readRoute(subject, fields, node, placement.capabilities) : null;
  const definition: SubtaskDefinition = {
    id: id ?? "",
    title: title?.trim() ? title : (id ?? ""),
    description,
    agent: agent ?? "command",
    run,
    ...work,
    dependencies,
    priority: (priority && readInteger(subject, priority, PRIORITY_RANGE)) ?? 1,
    retries: readRetries(subject, fields.get("retries"), agent),
    ...placement,
    ...(route && { route, capabilities: [] }),
    ...readSubtaskExecutor(subject, fields, agent),
    timeoutMs: timeout ? readDuration(subject, timeout, { mayBeZero: false }) : null,
    env: readEnv(subject, fields.get("env"), expressive, dependencies),
    cwd: readCwd(subject, fields.get("cwd"), expressive, dependencies),
  };
  if (when && definition.when !== "success" && dependencies.length === 0) {
    const problem = `has "when: ${definition.when}", but no dependencies whose end it could wait for.`;
    fault(subject, "needless_when", when.key, problem);
  }
  const matrix = fields.get("matrix");
  return {
    subject,
    node,
    definition,
    matrix: matrix ? readMatrix(subject, matrix) : null,
    idNode: id === null ? null : (fields.get("id")?.value ?? null),
    dependencyNodes,
    expressive,
    groupNode: fields.get("group")?.value ?? null,
  };
}

/** Findings name the id even when they come before it. */
function nameSubject(unnamed: Subject, node: Node): Subject {
  const { source } = unnamed.reading;
  const value = isMap(node) ? source.resolve(node.get("id", true)) : null;
  if (!isPlainValue(value) || !wholeId.test(scalarText(value))) return unnamed;
  const id = scalarText(value);
  return { ...unnamed, name: `Subtask "${id}"`, subtaskId: id };
}

function readId(subject: Subject, fields: Fields, node: Node): string | null {
  const field = fields.get("id");
  if (!field) {
    if (!hasKey(node, "id")) fault(subject, "missing_key", node, 'has no "id": give it one, unique in the plan.');
    return null;
  }
  const id = readText(subject, field, false);
  if (id === null || wholeId.test(id)) return id;
  fault(
    subject,
    "bad_id",
    field.value,
    `has the id ${JSON.stringify(id)}: an id is up to 100 letters, digits, ".", "_" and "-", beginning with a letter or digit.`,
  );
  return null;
}

function readRun(
  subject: Subject,
  fields: Fields,
  node: Node,
  { agent, dependencies }: { readonly agent: string | null; readonly dependencies: readonly string[] },
  expressive: Expressive[],
): SubtaskDefinition["run"] {
  const field = fields.get("run");
  if (!field) {
    if (agent === "command" && !hasKey(node, "run")) {
      fault(
        subject,
        "missing_run",
        fields.get("id")?.value ?? node,
        'has nothing to run: add "run", or "agent: noop" for a join point.',
      );
    }
    return null;
  }
  if (agent !== null && agent !== "command") {
    const problem = `has "run", but its agent ${agent} runs nothing: remove one of the two.`;
    fault(subject, "unexpected_run", field.key, problem);
    return null;
  }
  if (isSeq(field.value)) return readArguments(subject, field, noteExpressive(expressive, subject, dependencies));
  const text = readText(subject, field, false);
  if (text !== null) {
    const place = { isScript: true, results: dependencies, takesSecrets: true };
    expressive.push({ subject, text, node: field.value, ...place });
  }
  return text;
}

function readArguments(subject: Subject, field: Field, note: (text: string, node: Node) => void): string[] | null {
  const words: string[] = [];
  for (const item of readList(subject, field, "arguments") ?? []) {
    const word = readWord(subject, item, 'an item of "run"');
    if (word === null) return null;
    words.push(word);
    note(word, item);
  }
  if (words[0]?.trim()) return words;
  fault(subject, "missing_run", field.value, 'has a "run" list that does not begin with a program.');
  return null;
}

function readDependencies(
  subject: Subject,
  field: Field | undefined,
  expressive: Expressive[],
): Pick<ReadSubtask, "dependencyNodes"> & { readonly dependencies: string[] } {
  const found = new Map<string, Node>();
  if (!field) return { dependencies: [], dependencyNodes: [] };
  const items = isScalar(field.value) ? [field.value] : (readList(subject, field, "subtask ids") ?? []);
  for (const item of items) {
    if (!isScalar(item) || typeof item.value !== "string") {
      const hint = isPlainValue(item) ? `: put it in quotes, "${scalarText(item)}"` : "";
      fault(subject, "wrong_type", item, `needs subtask ids as dependencies, not ${whatIs(item)}${hint}.`);
    } else if (found.has(item.value)) {
      caution(subject, "repeated_dependency", item, `names the dependency "${item.value}" twice.`);
    } else {
      found.set(item.value, item);
      expressive.push({ subject, text: item.value, node: item, isScript: false, isId: true });
    }
  }
  return { dependencies: [...found.keys()], dependencyNodes: [...found.values()] };
}
