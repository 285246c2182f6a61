import {
  NO_RETRIES,
  ON_FAILURE,
  type RetryPolicy,
  type SubtaskDefinition,
  WHEN,
} from "../../../shared/model/plan-definition";
import type { Expressive } from "./expressions";
import { readDuration } from "./read-duration";
import type { ReadSubtask } from "./read-subtask";
import {
  caution,
  type Field,
  type Fields,
  fault,
  isPlainValue,
  knownKeys,
  readInteger,
  readList,
  readMapping,
  readText,
  readWord,
  type Subject,
  whatIs,
} from "./reading";
import { hasExpression } from "./template";

export const RETRY_KEYS = knownKeys(["count", "backoff", "max", "jitter", "on_exit_codes"]);
export const RETRY_COUNT_RANGE = { min: 0, max: 1_000 } as const;
export const EXIT_CODE_RANGE = { min: 1, max: 255 } as const;
export const GROUP_LIMIT_RANGE = { min: 1, max: 10_000 } as const;

/** What a group, role or capability may be called. As text in `plan.schema.json` too. */
export const LABEL_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$";
const wholeLabel = new RegExp(LABEL_PATTERN);

/** The plan's groups and their limits. */
export function readGroups(plan: Subject, field: Field | undefined): Record<string, number> {
  if (!field) return {};
  const named: Subject = { ...plan, name: '"groups"' };
  const groups: [string, number][] = [];
  for (const [name, group] of readMapping(named, field.value, null) ?? []) {
    if (!wholeLabel.test(name)) fault(named, "bad_group", group.key, `has the group ${badLabel(name)}`);
    const limit = readInteger(named, group, GROUP_LIMIT_RANGE, "bad_group");
    groups.push([name, limit ?? 1]);
  }
  return Object.fromEntries(groups);
}

/** A group that is not declared is a mutex; one that is nearly declared is mistyped. */
export function checkGroups(subtasks: readonly ReadSubtask[], groups: Readonly<Record<string, number>>): void {
  const names = Object.keys(groups);
  for (const { subject, definition, groupNode } of subtasks) {
    const { group } = definition;
    if (group === null || hasExpression(group) || Object.hasOwn(groups, group)) continue;
    const meant = subject.reading.suggest(group, names);
    if (meant === null) continue;
    const problem = `runs in the group "${group}", which "groups" does not name: its limit is 1. Did you mean "${meant}"?`;
    caution(subject, "unknown_group", groupNode, problem);
  }
}

type Placement = Pick<SubtaskDefinition, "role" | "capabilities" | "group" | "onFailure" | "when">;

/** Who may run a subtask, beside what, when, and what its failure means. */
export function readPlacement(subject: Subject, fields: Fields, expressive: Expressive[]): Placement {
  const label = (key: string): string | null => {
    const field = fields.get(key);
    const text = readText(subject, field, false);
    return field && text !== null ? checkLabel(subject, field.value, text, key, expressive) : null;
  };
  return {
    role: label("role"),
    capabilities: readCapabilities(subject, fields.get("capabilities"), expressive),
    group: label("group"),
    onFailure: readOneOf(subject, fields.get("on_failure"), ON_FAILURE) ?? "fail",
    when: readOneOf(subject, fields.get("when"), WHEN) ?? "success",
  };
}

function checkLabel(
  subject: Subject,
  node: Field["value"],
  text: string,
  what: string,
  expressive: Expressive[],
): string | null {
  if (hasExpression(text)) expressive.push({ subject, text, node, isScript: false });
  else if (!wholeLabel.test(text)) {
    fault(subject, "bad_label", node, `has the ${what} ${badLabel(text)}`);
    return null;
  }
  return text;
}

function badLabel(text: string): string {
  return `${JSON.stringify(text)}: up to 100 letters, digits and ._:/-, beginning with a letter or digit.`;
}

function readCapabilities(subject: Subject, field: Field | undefined, expressive: Expressive[]): string[] {
  if (!field) return [];
  const items = isPlainValue(field.value) ? [field.value] : (readList(subject, field, "capabilities") ?? []);
  const found = new Set<string>();
  for (const item of items) {
    const word = readWord(subject, item, 'an item of "capabilities"');
    const label = word === null ? null : checkLabel(subject, item, word, "capability", expressive);
    if (label === null) continue;
    if (found.has(label)) caution(subject, "repeated_capability", item, `names the capability "${label}" twice.`);
    found.add(label);
  }
  return [...found];
}

function readOneOf<Word extends string>(
  subject: Subject,
  field: Field | undefined,
  words: readonly Word[],
): Word | null {
  const written = readText(subject, field);
  if (!field || written === null) return null;
  const word = words.find((known) => known === written);
  if (word !== undefined) return word;
  const key = field.key.value;
  fault(subject, "unknown_word", field.value, `needs ${words.join(", ")} as "${key}", not ${whatIs(field.value)}.`);
  return null;
}

/** How often and when a failed attempt is repeated: a number of times, or a mapping that says more. */
export function readRetries(subject: Subject, field: Field | undefined, agent: string | null): RetryPolicy {
  if (!field) return NO_RETRIES;
  if (isPlainValue(field.value)) {
    const count = readInteger(subject, field, RETRY_COUNT_RANGE, "bad_retries");
    return { ...NO_RETRIES, count: count ?? 0 };
  }
  const retries: Subject = { ...subject, name: `${subject.name}: "retries"` };
  const fields = readMapping(retries, field.value, RETRY_KEYS);
  if (!fields) return NO_RETRIES;
  const countField = fields.get("count");
  if (!countField) fault(retries, "bad_retries", field.key, 'has no "count": say how many more attempts there are.');
  const duration = (key: string): number | null => {
    const given = fields.get(key);
    return given ? readDuration(retries, given, { mayBeZero: true }) : null;
  };
  const backoffMs = duration("backoff") ?? NO_RETRIES.backoffMs;
  const maxMs = duration("max") ?? Math.max(NO_RETRIES.maxMs, backoffMs);
  if (maxMs < backoffMs) {
    const at = fields.get("max")?.value ?? field.value;
    fault(retries, "bad_retries", at, 'has a "max" that is shorter than its "backoff".');
  }
  const count = countField ? readInteger(retries, countField, RETRY_COUNT_RANGE, "bad_retries") : null;
  return {
    count: count ?? 0,
    backoffMs,
    maxMs,
    jitter: readJitter(retries, fields.get("jitter")),
    onExitCodes: readExitCodes(retries, fields.get("on_exit_codes"), agent),
  };
}

function readJitter(retries: Subject, field: Field | undefined): number {
  if (!field) return NO_RETRIES.jitter;
  const share = isPlainValue(field.value) ? field.value.value : null;
  if (typeof share === "number" && share >= 0 && share <= 1) return share;
  fault(retries, "bad_retries", field.value, `needs a number from 0 to 1 as "jitter", not ${whatIs(field.value)}.`);
  return NO_RETRIES.jitter;
}

function readExitCodes(retries: Subject, field: Field | undefined, agent: string | null): number[] | null {
  if (!field) return null;
  if (agent !== null && agent !== "command") {
    fault(
      retries,
      "bad_retries",
      field.key,
      `has "on_exit_codes", but its agent ${agent} ends without one: remove it.`,
    );
    return null;
  }
  const items = isPlainValue(field.value) ? [field.value] : (readList(retries, field, "exit codes") ?? []);
  if (items.length === 0)
    fault(retries, "bad_retries", field.value, 'has an empty "on_exit_codes": nothing would be repeated.');
  const codes = items.flatMap(
    (value) => readInteger(retries, { key: field.key, value }, EXIT_CODE_RANGE, "bad_exit_code") ?? [],
  );
  return [...new Set(codes)];
}
