import type { Expressive } from "./expressions";
import { type Field, fault, readMapping, readText, readWord, type Subject } from "./reading";

/** What an environment variable may be called. As text in `plan.schema.json` too. */
export const VARIABLE_NAME_PATTERN = "^[A-Za-z_][A-Za-z0-9_]*$";
const wholeName = new RegExp(VARIABLE_NAME_PATTERN);

/** Variables that the runner gives to each process itself. */
const RESERVED =
  /^HIVE_(TASK_ID|RUN_ID|PLAN_ID|CORRELATION_ID|ATTEMPT|INPUTS|INPUTS_FILE|PLAN_DIR|(PARAM|MATRIX|RESULT)_.*)$/i;

/** Environment variables: text, or a number or boolean as written. `results`: of which subtasks they may hold any. */
export function readEnv(
  subject: Subject,
  field: Field | undefined,
  expressive: Expressive[],
  results?: readonly string[],
): Record<string, string> {
  if (!field) return {};
  const named: Subject = { ...subject, name: `${subject.name}: "env"` };
  const entries: [string, string][] = [];
  for (const [name, { key, value }] of readMapping(named, field.value, null) ?? []) {
    const text = readWord(named, value, `the value of ${name}`);
    if (!wholeName.test(name)) {
      fault(
        named,
        "bad_variable",
        key,
        `has the variable ${JSON.stringify(name)}: letters, digits and _ only, no digit first.`,
      );
    } else if (RESERVED.test(name)) {
      fault(named, "bad_variable", key, `sets ${name}, which every task gets from the runner: choose another name.`);
    } else if (text !== null) {
      entries.push([name, text]);
      expressive.push({ subject: named, text, node: value, isScript: false, results, takesSecrets: true });
    }
  }
  return Object.fromEntries(entries);
}

/** A working folder as written; null when there is none. */
export function readCwd(
  subject: Subject,
  field: Field | undefined,
  expressive: Expressive[],
  results?: readonly string[],
): string | null {
  const cwd = readText(subject, field, false);
  if (field && cwd !== null) expressive.push({ subject, text: cwd, node: field.value, isScript: false, results });
  return cwd;
}
