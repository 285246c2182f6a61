import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { parse } from "yaml";
import { editAndRetry, getTaskWork } from "../main/core/operations/edit-task";
import { previewAct } from "../main/core/operations/previews";
import type { Store } from "../main/core/store/open";
import { type Previewed, type TaskEdit, taskEdit } from "../shared/control-contract";
import { HiveError } from "../shared/errors";
import { printPreview } from "./act-report";
import { TASK_NAME, taskNamed } from "./named";
import { acting, type CommandSetting, collect, type DatabaseFlags, looking } from "./operation-command";
import { operatorName } from "./operator";
import { scriptRecord } from "./script-record";
import { lookOf } from "./style";
import { plainText } from "./text";

interface EditFlags extends DatabaseFlags {
  readonly reason?: string;
  readonly preview?: boolean;
  readonly set?: readonly string[];
  readonly file?: string;
}

/** `hive task edit`: what a task runs. */
export function addTaskEdit(command: (name: string, description: string) => Command, setting: CommandSetting): void {
  command("edit", "Changes what a task runs and queues it again. Without changes: prints what can be edited.")
    .argument("<id>", TASK_NAME)
    .option("--set <key=value>", "run=..., env.NAME=..., http.url=..., timeout=90s; a value may be JSON", collect)
    .addOption(new Option("--file <path>", "the changes as a YAML or JSON mapping, as in a plan").conflicts("set"))
    .option("--reason <text>", "why, for the audit log")
    .option("--preview", "only check it")
    .action((name: string, flags: EditFlags) => edit(setting, name, flags));
}

async function edit(setting: CommandSetting, name: string, flags: EditFlags): Promise<void> {
  const { out } = setting.outputs;
  const { set = [], file, reason, json } = flags;
  const fromFile = file === undefined ? null : readEdit(await textOf(file), file);
  if (fromFile === null && set.length === 0) {
    return looking(setting, flags, async (store) => {
      const taskId = taskNamed(store, name);
      const { agent, work } = getTaskWork(store, { taskId });
      out.line(JSON.stringify({ task_id: taskId, agent, ...work }, null, json ? 0 : 2));
      return undefined;
    });
  }
  const changes = (store: Store, taskId: string): TaskEdit =>
    fromFile ?? editOf(set, getTaskWork(store, { taskId }).work);
  if (flags.preview) {
    return looking(setting, flags, async (store) => {
      const taskId = taskNamed(store, name);
      const of: Previewed = { act: "tasks.editAndRetry", taskId, edit: changes(store, taskId) };
      const found = await previewAct(store, { of, limit: 1 });
      if (json) out.line(scriptRecord(found));
      else printPreview(out, found);
      return undefined;
    });
  }
  return acting(setting, flags, async (store) => {
    const taskId = taskNamed(store, name);
    const { task, findings } = await editAndRetry(store, {
      taskId,
      edit: changes(store, taskId),
      reason,
      actor: operatorName(),
    });
    if (json) out.line(scriptRecord({ taskId: task.id, status: task.status, findings }));
    else {
      for (const { message } of findings) out.line(`${out.paint("yellow", "!")} ${plainText(message)}`);
      out.line(`${out.paint("green", "✓")} ${plainText(task.title)} is ${lookOf(task.state).word}, changed`);
    }
    return undefined;
  });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HiveError("file_unreadable", `${file} cannot be read: ${why}`, { file });
  }
}

function readEdit(text: string, file: string): TaskEdit {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HiveError("invalid_input", `${file} is no YAML or JSON: ${why}`, { file });
  }
  return checkedEdit(value, file);
}

function checkedEdit(value: unknown, what: string): TaskEdit {
  const checked = taskEdit.safeParse(value);
  if (checked.data) return checked.data;
  throw new HiveError("invalid_input", `${what} must be a mapping of what is to change, as run, env or timeout.`);
}

/** `http.url=...` changes one member of what is there; `run=...` stands in its place. */
function editOf(given: readonly string[], work: TaskEdit): TaskEdit {
  const changed: Record<string, unknown> = {};
  for (const one of given) {
    const equals = one.indexOf("=");
    const [key = "", ...inner] = one.slice(0, Math.max(equals, 0)).split(".");
    if (key === "" || inner.includes("")) {
      throw new HiveError("invalid_input", `Write it as key=value, for example --set timeout=90s, not ${one}.`);
    }
    const value = givenValue(key, one.slice(equals + 1));
    if (inner.length === 0) changed[key] = value;
    else {
      const whole: Record<string, unknown> = { ...objectOf(changed[key] ?? work[key]) };
      const path = inner.slice(0, -1);
      let at = whole;
      for (const step of path) {
        const next: Record<string, unknown> = { ...objectOf(at[step]) };
        at[step] = next;
        at = next;
      }
      at[inner.at(-1) ?? ""] = value;
      changed[key] = whole;
    }
  }
  return checkedEdit(changed, "--set");
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** `--set run=true` means the command of that name. */
const TEXT_KEYS: readonly string[] = ["run", "cwd", "prompt", "env"];
const JSON_TEXT = /^(\[.*\]|\{.*\}|".*"|null)$/s;
const JSON_WORD = /^(true|false|-?\d+(\.\d+)?)$/;

/** Lists, mappings, null and quoted text are JSON; so are numbers and booleans where text makes no sense. */
function givenValue(key: string, text: string): unknown {
  const isJson = JSON_TEXT.test(text) || (JSON_WORD.test(text) && !TEXT_KEYS.includes(key));
  if (!isJson) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
