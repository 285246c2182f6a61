import { explainTask } from "../main/core/operations/why";
import type { Store } from "../main/core/store/open";
import type { TaskWhy, WhyGate, WhyRow, WhyVerdict } from "../shared/model/why";
import { taskNamed } from "./named";
import type { Output } from "./output";
import { lookOf, type Tone } from "./style";
import { column, formatCount, plainText } from "./text";

/** Throws as `taskNamed`. */
export function explain(store: Store, name: string): TaskWhy {
  return explainTask(store, { taskId: taskNamed(store, name) });
}

const MARKS: Readonly<Record<WhyVerdict, { readonly glyph: string; readonly tone: Tone }>> = {
  passes: { glyph: "✓", tone: "green" },
  holds: { glyph: "✗", tone: "red" },
  not_reached: { glyph: "·", tone: "grey" },
  unknown: { glyph: "?", tone: "yellow" },
};

export function printWhy(out: Output, why: TaskWhy): void {
  const look = lookOf(why.state);
  const name = why.subtaskId !== null && why.subtaskId !== why.title ? `${why.subtaskId}: ${why.title}` : why.title;
  out.line(`${out.paint(look.tone, look.glyph)} ${out.paint("bold", plainText(name))}  ${look.word}`);
  out.line(`  ${plainText(why.headline)}`);
  out.line();
  const width = why.gates.reduce((widest, { title }) => Math.max(widest, title.length), 0);
  const [own, ...others] = why.gates;
  const [same] = others;
  if (own !== undefined && same !== undefined && others.every(({ detail }) => detail === same.detail)) {
    printGate(out, own, width);
    printGate(out, { ...same, title: "All others" }, width);
  } else for (const gate of why.gates) printGate(out, gate, width);
  if (why.steps.length === 0) return;
  out.line();
  for (const { label, command } of why.steps) out.line(`  ${plainText(label)}: ${plainText(command)}`);
}

function printGate(out: Output, { title, verdict, detail, rows, more }: WhyGate, width: number): void {
  const { glyph, tone } = MARKS[verdict];
  const words = verdict === "holds" ? plainText(detail) : out.paint("grey", plainText(detail));
  out.line(`${out.paint(tone, glyph)} ${column(title, width)}  ${words}`);
  if (verdict === "passes") return;
  for (const row of rows) out.line(`${" ".repeat(width + 4)}${rowWords(out, row)}`);
  if (more > 0) out.line(`${" ".repeat(width + 4)}${out.paint("grey", `… and ${formatCount(more)} more`)}`);
}

function rowWords(out: Output, { title, state, note, kind }: WhyRow): string {
  const look =
    state === null ? null : kind === "task" ? lookOf(state) : { glyph: "·", word: state, tone: "grey" as const };
  const mark = look === null ? "·" : out.paint(look.tone, look.glyph);
  const parts = [look?.word ?? "", plainText(note)].filter((part) => part !== "");
  return `${mark} ${plainText(title)}${parts.length > 0 ? out.paint("grey", `  ${parts.join(": ")}`) : ""}`;
}

export function whyRecord(why: TaskWhy): Readonly<Record<string, unknown>> {
  return {
    task_id: why.taskId,
    subtask_id: why.subtaskId,
    plan_id: why.planId,
    title: why.title,
    status: why.status,
    state: why.state,
    headline: why.headline,
    ahead: why.ahead,
    gates: why.gates,
    steps: why.steps,
    at: new Date(why.at).toISOString(),
  };
}
