import type { TaskEdit } from "../../../shared/control-contract";

/** What was typed, read as an edit: only what differs from what the task runs, `null` for what was taken away. */
export type DraftReading =
  | { readonly ok: true; readonly edit: TaskEdit }
  | { readonly ok: false; readonly message: string };

export function formatWork(work: TaskEdit): string {
  return JSON.stringify(work, null, 2);
}

function isMapping(value: unknown): value is TaskEdit {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The same JSON, whatever the order of the keys. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  }
  if (!isMapping(a) || !isMapping(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}

export function readDraft(text: string, work: TaskEdit): DraftReading {
  let typed: unknown;
  try {
    typed = JSON.parse(text);
  } catch (error) {
    return { ok: false, message: `This is no JSON yet: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!isMapping(typed)) {
    return { ok: false, message: "This must be an object: a key for each thing that the task runs with." };
  }
  const changed = Object.entries(typed).filter(
    ([key, value]) => !Object.hasOwn(work, key) || !isSame(value, work[key]),
  );
  const gone = Object.keys(work).filter((key) => !Object.hasOwn(typed, key));
  return { ok: true, edit: Object.fromEntries([...changed, ...gone.map((key) => [key, null] as const)]) };
}
