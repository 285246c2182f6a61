import { isTerminalTask } from "../shared/model/task";
import type { TaskRow } from "../shared/model/views";
import { lookOf, type Paint, type Tone } from "./style";
import { column, displayWidth, formatCount, formatDuration, formatElapsed, plainText, truncate } from "./text";
import type { TreeNode } from "./tree";

/** What the live view shows of a plan. */
export interface ProgressState {
  readonly title: string;
  readonly status: string;
  /** When it began, milliseconds since the epoch. */
  readonly since: number;
  /** In the plan's order. */
  readonly tasks: readonly TaskRow[];
  readonly tree: readonly TreeNode[];
  /** One line for the operator; null: nothing to say. */
  readonly notice: string | null;
  /** When it will have ended, in a few words; null or missing: nobody knows. */
  readonly outlook?: string | null;
}

export interface Frame {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly width: number;
  /** The most lines it may take. */
  readonly height: number;
  readonly paint: Paint;
}

const BAR_WIDTH = 24;
const LEAST_HEIGHT = 4;
const SPIN = ["◐", "◓", "◑", "◒"] as const;
const SPIN_MS = 250;

/** Most worth a look first. States that are not named come after these. */
const STATE_ORDER = [
  "in_progress",
  "stopping",
  "assigned",
  "failed",
  "escalated",
  "retrying",
  "review_pending",
  "rework_needed",
  "blocked",
  "cancelled",
  "queued",
  "waiting",
  "completed",
];

/**
 * The live view of a plan as lines of at most `width` columns, `height` of them at most: a tree of all tasks
 * while it fits; otherwise the tasks at work and those that failed, then what just ended, and counts of the
 * rest.
 */
export function renderProgress(state: ProgressState, frame: Frame): string[] {
  const height = Math.max(LEAST_HEIGHT, frame.height);
  const counts = countStates(state.tasks);
  const head = [header(state, counts, frame), countsLine(counts, state.outlook ?? null, frame)];
  const foot = state.notice === null ? [] : [frame.paint("yellow", truncate(plainText(state.notice), frame.width))];
  const room = height - head.length - foot.length;

  if (state.tasks.length <= room) return [...head, ...treeLines(state, frame), ...foot];

  const shown = mostTelling(state.tasks, room - 1);
  const left = state.tasks.length - shown.length;
  const rows = renderTasks(shown, frame);
  const rest = `  … ${formatCount(left)} more: ${describeCounts(restCounts(counts, shown))}`;
  return [...head, ...rows, frame.paint("grey", truncate(rest, frame.width)), ...foot];
}

/** Tasks one below the other, in the order given. */
export function renderTasks(tasks: readonly TaskRow[], frame: Frame): string[] {
  return taskLines(
    tasks.map((task) => ({ task, branch: "" })),
    frame,
  );
}

/** How many tasks are in which state. */
export function countStates(tasks: readonly TaskRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const task of tasks) counts.set(task.state, (counts.get(task.state) ?? 0) + 1);
  return counts;
}

/** `3 completed, 1 failed`, in a fixed order. */
export function describeCounts(counts: ReadonlyMap<string, number>): string {
  return byOrder(counts)
    .map(([state, count]) => `${formatCount(count)} ${lookOf(state).word}`)
    .join(", ");
}

function rank(state: string): number {
  const index = STATE_ORDER.indexOf(state);
  return index < 0 ? STATE_ORDER.length : index;
}

function byOrder(counts: ReadonlyMap<string, number>): Array<[string, number]> {
  return [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => rank(a) - rank(b));
}

function restCounts(counts: ReadonlyMap<string, number>, shown: readonly TaskRow[]): Map<string, number> {
  const rest = new Map(counts);
  for (const task of shown) rest.set(task.state, (rest.get(task.state) ?? 0) - 1);
  return rest;
}

/** `room` tasks, those at work and those that failed first; each kind keeps a third of the room if it needs it. */
function mostTelling(tasks: readonly TaskRow[], room: number): TaskRow[] {
  const atWork: TaskRow[] = [];
  const failed: TaskRow[] = [];
  const ended: TaskRow[] = [];
  const open: TaskRow[] = [];
  for (const task of tasks) {
    if (task.state === "failed" || task.state === "escalated") failed.push(task);
    else if (isTerminalTask(task.status)) ended.push(task);
    else if (task.status === "queued" && task.state !== "retrying") open.push(task);
    else atWork.push(task);
  }
  const third = Math.floor(room / 3);
  const shownAtWork = atWork.slice(0, room - Math.min(failed.length, third));
  const shownFailed = failed.slice(0, room - shownAtWork.length);
  const left = room - shownAtWork.length - shownFailed.length;
  const shownOpen = open.slice(0, ended.length === 0 ? left : Math.floor(left / 2));
  const latest = ended.sort((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0) || a.ordinal - b.ordinal);
  return [...shownAtWork, ...shownFailed, ...latest.slice(0, left - shownOpen.length), ...shownOpen];
}

function header(state: ProgressState, counts: ReadonlyMap<string, number>, frame: Frame): string {
  const total = state.tasks.length;
  const completed = counts.get("completed") ?? 0;
  const ended = completed + (counts.get("failed") ?? 0) + (counts.get("cancelled") ?? 0);
  const look = lookOf(state.status);
  const glyph = state.status === "executing" ? spin(frame.now) : look.glyph;
  const right = `${formatCount(ended)} of ${formatCount(total)}  ${formatElapsed(frame.now - state.since)}`;
  const titleRoom = frame.width - displayWidth(right) - 4;
  const barWidth = Math.min(BAR_WIDTH, titleRoom - 12);
  const title = truncate(plainText(state.title), barWidth > 0 ? titleRoom - barWidth - 2 : titleRoom);
  const bar = barWidth > 0 ? `${progressBar(completed, ended - completed, total, barWidth, frame.paint)}  ` : "";
  if (titleRoom <= 0) return truncate(right, frame.width);
  return `${frame.paint(look.tone, glyph)} ${frame.paint("bold", title)}  ${bar}${right}`;
}

function progressBar(good: number, bad: number, total: number, width: number, paint: Paint): string {
  const scale = total === 0 ? 0 : width / total;
  const done = Math.floor((good + bad) * scale);
  const badCells = bad === 0 ? 0 : Math.min(done, Math.max(1, Math.round(bad * scale)));
  return (
    paint("green", "━".repeat(done - badCells)) +
    paint("red", "━".repeat(badCells)) +
    paint("grey", "╌".repeat(width - done))
  );
}

function countsLine(counts: ReadonlyMap<string, number>, outlook: string | null, frame: Frame): string {
  let used = 0;
  let line = "";
  for (const [state, count] of byOrder(counts)) {
    const look = lookOf(state);
    const text = `${look.glyph} ${formatCount(count)} ${look.word}`;
    used += displayWidth(text) + 2;
    if (used > frame.width) break;
    line += `  ${frame.paint(look.tone, text)}`;
  }
  if (outlook === null || used + displayWidth(outlook) + 4 > frame.width) return line;
  return `${line}    ${frame.paint("grey", outlook)}`;
}

function treeLines(state: ProgressState, frame: Frame): string[] {
  const bySubtask = new Map(state.tasks.map((task) => [task.subtaskId ?? task.id, task]));
  const deepest = Math.max(0, ...state.tree.map((node) => displayWidth(node.branch)));
  const isDrawable = deepest <= frame.width / 3;
  const entries: TaskEntry[] = [];
  for (const node of state.tree) {
    const task = bySubtask.get(node.id);
    if (task) entries.push({ task, branch: isDrawable ? node.branch : "" });
  }
  return taskLines(entries, frame);
}

interface TaskEntry {
  readonly task: TaskRow;
  readonly branch: string;
}

function taskLines(entries: readonly TaskEntry[], frame: Frame): string[] {
  const rows = entries.map((entry) => ({
    ...entry,
    name: plainText(entry.task.subtaskId ?? entry.task.title),
    elapsed: elapsedOf(entry.task, frame.now),
    attempts: attemptsOf(entry.task),
  }));
  const widest = (texts: readonly string[]) => texts.reduce((widest, text) => Math.max(widest, displayWidth(text)), 0);
  const nameWidth = Math.min(
    widest(rows.map((row) => `${row.branch}x ${row.name}`)),
    Math.max(16, Math.floor(frame.width * 0.45)),
  );
  const wordWidth = widest(rows.map((row) => lookOf(row.task.state).word));
  const elapsedWidth = widest(rows.map((row) => row.elapsed));
  const attemptsWidth = widest(rows.map((row) => row.attempts));

  return rows.map((row) => {
    const look = lookOf(row.task.state);
    const glyph = row.task.state === "in_progress" ? spin(frame.now) : look.glyph;
    const line: Segment[] = [
      ["grey", `  ${row.branch}`],
      [look.tone, `${glyph} `],
      [null, column(row.name, nameWidth - displayWidth(row.branch) - 2)],
      [look.tone, `  ${column(look.word, wordWidth)}`],
    ];
    if (elapsedWidth > 0) line.push([null, `  ${" ".repeat(elapsedWidth - displayWidth(row.elapsed))}${row.elapsed}`]);
    if (attemptsWidth > 0) line.push(["yellow", `  ${column(row.attempts, attemptsWidth)}`]);
    const detail = detailOf(row.task, frame.now);
    if (detail !== "") line.push(["grey", `  ${detail}`]);
    return paintSegments(line, frame);
  });
}

type Segment = readonly [tone: Tone | null, text: string];

/** Paints after cutting, so that colours take no columns. */
function paintSegments(segments: readonly Segment[], frame: Frame): string {
  let room = frame.width;
  let line = "";
  for (const [tone, text] of segments) {
    if (room <= 0) break;
    const fitted = truncate(text, room);
    room -= displayWidth(fitted);
    line += tone === null ? fitted : frame.paint(tone, fitted);
  }
  return line.trimEnd();
}

function elapsedOf(task: TaskRow, now: number): string {
  if (task.startedAt === null) return "";
  if (task.finishedAt !== null) return formatDuration(task.finishedAt - task.startedAt);
  return task.status === "queued" ? "" : formatElapsed(now - task.startedAt);
}

/** `2/3` from the second attempt on. */
function attemptsOf(task: TaskRow): string {
  return task.attempts > 1 || task.state === "retrying" ? `${task.attempts}/${task.maxAttempts}` : "";
}

/** What follows a task's columns: why it is as it is, or what it is about. */
export function detailOf(task: TaskRow, now: number): string {
  const reason = task.reason === null ? "" : plainText(task.reason);
  if (task.state === "retrying" && task.notBefore !== null && task.notBefore > now) {
    const again = `again in ${formatElapsed(task.notBefore - now + 999)}`;
    return reason === "" ? again : `${again}: ${reason}`;
  }
  if (reason !== "") return reason;
  return task.title === task.subtaskId ? "" : plainText(task.title);
}

function spin(now: number): string {
  return SPIN[Math.floor(now / SPIN_MS) % SPIN.length] ?? SPIN[0];
}
