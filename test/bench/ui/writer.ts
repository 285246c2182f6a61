// Another program at work on the same file: argv is its settings as JSON. It ends when its stdin does.
import Database from "better-sqlite3";
import { formatTime } from "../../../src/main/core/store/time";
import type { MarkerCommit, WriterReport, WriterSettings } from "./load";

const settings: WriterSettings = JSON.parse(process.argv[2] ?? "{}");
const { file, changesPerSecond, markerId, markerEveryMs } = settings;

/** A transaction every so often: as a program does that takes and ends tasks in groups. */
const GROUP_MS = 20;
/** No longer than this at once when it has fallen behind. */
const MOST_IN_GROUP = (changesPerSecond * GROUP_MS * 4) / 1_000;
/** Tasks that are in progress at any time. */
const AT_WORK = 400;
const POOL = 50_000;

const db = new Database(file);
db.pragma("busy_timeout = 10000");
const pool = db.prepare<[number], string>("SELECT id FROM tasks WHERE status = 'queued' LIMIT ?").pluck().all(POOL);
const set = db.prepare("UPDATE tasks SET status = ?, assigned_worker = ?, updated_at = ? WHERE id = ?");
const add = db.prepare(
  "INSERT INTO tasks (id, title, task_type, status, created_at, updated_at) VALUES (?, ?, 'code', 'queued', ?, ?)",
);
const mark = db.prepare("UPDATE tasks SET title = ?, updated_at = ? WHERE id = ?");

const started: string[] = [];
let next = 0;
let written = 0;
let marks = 0;
let lastMark = 0;
let longestMs = 0;

/** One change: mostly a task that is begun or ended, now and then a new one. */
function change(): void {
  const at = formatTime(Date.now());
  if (written % 50 === 0) {
    add.run(`live-${process.pid}-${written}`, `Live ${written}`, at, at);
  } else if (started.length < AT_WORK) {
    const id = pool[next % pool.length];
    next += 1;
    if (id === undefined) return;
    set.run("in_progress", "worker-07", at, id);
    started.push(id);
  } else {
    const id = started.shift();
    // Whoever ends a task again and again would run out of them: of all ended ones most wait again.
    const end = next % 10 === 0 ? "failed" : next % 3 === 0 ? "completed" : "queued";
    set.run(end, "worker-07", at, id);
  }
  written += 1;
}

const group = db.transaction((count: number, title: string | null) => {
  for (let index = 0; index < count; index += 1) change();
  if (title !== null) mark.run(title, formatTime(Date.now()), markerId);
});

function tell(message: MarkerCommit | WriterReport): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const begun = performance.now();
const timer = setInterval(() => {
  const elapsed = performance.now() - begun;
  const due = Math.min(MOST_IN_GROUP, Math.floor((elapsed * changesPerSecond) / 1_000) - written);
  const isMarked = markerId !== null && elapsed - lastMark >= markerEveryMs;
  if (due <= 0 && !isMarked) return;
  const title = isMarked ? `Marker ${marks + 1}.` : null;
  const began = performance.now();
  group.immediate(Math.max(0, due), title);
  longestMs = Math.max(longestMs, performance.now() - began);
  if (!isMarked) return;
  marks += 1;
  lastMark = elapsed;
  tell({ mark: marks, committedAt: Date.now() });
}, GROUP_MS);

process.stdin.resume();
process.stdin.on("end", () => {
  clearInterval(timer);
  const seconds = (performance.now() - begun) / 1_000;
  tell({
    written,
    seconds,
    longestGroupMs: longestMs,
    cpuSeconds: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
  });
  db.close();
});
