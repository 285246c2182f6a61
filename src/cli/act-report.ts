import { previewAct } from "../main/core/operations/previews";
import type { Store } from "../main/core/store/open";
import type { ActPreview, ActReport, Previewed, PreviewTask, SkipGroup } from "../shared/control-contract";
import { type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import type { Output } from "./output";
import { scriptRecord } from "./script-record";
import { lookOf } from "./style";
import { column, formatCount, plainText, plural, truncate } from "./text";

/** How many tasks a preview names. */
const PREVIEWED_TASKS = 50;
const PREVIEWED_FOR_SCRIPTS = 1_000;

/** Says what an act would touch. Changes nothing, the database's schema included. */
export function showPreview(
  setting: CommandSetting,
  flags: DatabaseFlags,
  previewed: (store: Store) => Previewed,
): Promise<void> {
  const { out } = setting.outputs;
  return looking(setting, flags, async (store) => {
    const found = await previewAct(store, {
      of: previewed(store),
      limit: flags.json ? PREVIEWED_FOR_SCRIPTS : PREVIEWED_TASKS,
    });
    if (flags.json) out.line(scriptRecord(found));
    else printPreview(out, found);
    return undefined;
  });
}

/** What an act would touch, and why it leaves others alone. */
export function printPreview(out: Output, preview: ActPreview): void {
  const { refusal, matched, count, tasks, alsoQueued, skipped, plans, workers, findings } = preview;
  for (const { severity, message } of findings) {
    out.line(`${severity === "error" ? out.paint("red", "✗") : out.paint("yellow", "!")} ${plainText(message)}`);
  }
  if (refusal !== null) out.line(`${out.paint("red", "✗")} It would be refused. ${plainText(refusal.message)}`);
  for (const { id, title, status, becomes } of plans) {
    out.line(`plan ${plainText(title)} (${id}): ${lookOf(status).word} → ${lookOf(becomes).word}`);
  }
  for (const { id, role, currentTaskTitle, becomes } of workers) {
    const task = currentTaskTitle === null ? "" : `, after it has ended ${plainText(currentTaskTitle)}`;
    out.line(`worker ${id} (${role}): ${becomes === null ? "as it is" : `${becomes}${task}`}`);
  }
  if (matched === 0) {
    if (plans.length + workers.length === 0 && refusal === null) out.line("No task matches.");
    return;
  }
  out.line(`${out.paint("bold", `${formatCount(count)} of ${plural(matched, "task")}`)} would be touched.`);
  for (const task of tasks) printTask(out, task);
  if (count > tasks.length) out.line(`  … and ${formatCount(count - tasks.length)} more`);
  if (alsoQueued.count > 0) {
    out.line(`${plural(alsoQueued.count, "task")} behind them would be queued again with them.`);
    for (const task of alsoQueued.tasks) printTask(out, task);
  }
  printSkipped(out, skipped);
}

function printTask(out: Output, { id, title, state, becomes }: PreviewTask): void {
  const look = lookOf(state);
  const change = `${look.glyph} ${look.word}${becomes === state ? "" : ` → ${lookOf(becomes).word}`}`;
  const width = out.isTty ? out.size().width - 66 : Number.POSITIVE_INFINITY;
  out.line(`  ${id}  ${out.paint(look.tone, column(change, 25))} ${truncate(plainText(title), Math.max(12, width))}`);
}

/** `done`: `31 tasks retried`. */
export function printReport(out: Output, { done, skipped, failed }: ActReport, word: string): void {
  const mark = failed.length > 0 ? out.paint("red", "✗") : out.paint("green", "✓");
  out.line(`${mark} ${plural(done, "task")} ${word}`);
  printSkipped(out, skipped);
  for (const { message, count, taskIds } of failed) {
    const named = taskIds.slice(0, 3).join(", ");
    out.line(`  ${out.paint("red", `${plural(count, "task")} failed`)} (${named}): ${plainText(message)}`);
  }
}

function printSkipped(out: Output, skipped: readonly SkipGroup[]): void {
  for (const { count, state, message } of skipped) {
    const what = state === "" ? plural(count, "task") : `${formatCount(count)} ${lookOf(state).word}`;
    out.line(`  ${out.paint("grey", `${what} left alone:`)} ${plainText(message)}`);
  }
}
