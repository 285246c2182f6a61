import type { DryRun, DryRunLimit } from "../../../shared/model/forecast";
import { formatTimeOfDay, wallClock } from "../../time-format";
import { formatCount, formatDuration, plural } from "../../ui/format";

/** A figure of the outlook. */
export interface Figure {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly tone?: "failed" | "escalated" | undefined;
  /** In full, on hover. */
  readonly title: string;
}

const DAY = 86_400_000;

/** `15:10`; with the day when it is another one. */
export function clockAt(time: number, now: number): string {
  const clock = formatTimeOfDay(time);
  const days = Math.floor(wallClock(time).getTime() / DAY) - Math.floor(wallClock(now).getTime() / DAY);
  return days === 0 ? clock : `${clock} +${days}d`;
}

const UNKNOWN = { value: "Unknown", note: "never ran" };

function finish(label: string, ms: number | null, { kind }: DryRun, now: number): Omit<Figure, "title"> {
  if (kind === "never") return { label, value: "Never", note: "as things stand", tone: "failed" };
  if (ms === null) return { label, ...UNKNOWN };
  const note = `${kind === "at_least" ? "at least" : "in"} ${formatDuration(ms)}`;
  return { label, value: clockAt(now + ms, now), note };
}

/** What a dry run says at a glance. `now`: when it would be launched. */
export function figuresOf(run: DryRun, now: number): Figure[] {
  const { basis, peak, slots, criticalPath, criticalMs, findings } = run;
  const samples =
    basis.fewestSamples === null ? "no past durations" : `${basis.fewestSamples} or more past durations each`;
  const left = [
    basis.unknown > 0 ? `${plural(basis.unknown, "task")} of which nothing is known` : "",
    basis.approvals > 0 ? `${plural(basis.approvals, "approval")}, which take as long as people take` : "",
  ].filter((words) => words !== "");
  const basisTitle = `${plural(basis.known, "known task")}, ${samples}${left.length > 0 ? `; without ${left.join(" and ")}` : ""}`;
  const problems = findings.filter(({ severity }) => severity === "problem").length;
  const warnings = findings.length - problems;
  return [
    { ...finish("Finish P50", run.finishP50Ms, run, now), title: `In half of the predicted futures. ${basisTitle}` },
    { ...finish("Finish P90", run.finishP90Ms, run, now), title: `In nine of ten predicted futures. ${basisTitle}` },
    {
      label: "Peak concurrency",
      value: formatCount(peak),
      note: `of ${formatCount(slots)}`,
      title: `At most ${plural(peak, "task")} at once, of ${plural(slots, "slot")}`,
    },
    {
      label: "Critical path",
      value: run.kind === "unknown" || run.kind === "never" ? "Unknown" : formatDuration(criticalMs),
      note: plural(criticalPath.length, "task"),
      title: "The longest chain of tasks: it decides the end",
    },
    {
      label: "Missing",
      value: formatCount(problems),
      note: warnings > 0 ? plural(warnings, "warning") : problems === 0 ? "nothing" : "",
      ...(problems > 0 ? { tone: "failed" as const } : {}),
      title: "Programs, folders, agents and workers that tasks need and that are not there",
    },
  ];
}

/** What a prediction rests on, in a line. */
export function basisWords({ basis: { pastRuns, known } }: DryRun): string {
  if (known === 0) return "Nothing of it ran before. Nothing is written.";
  return pastRuns > 0
    ? `From ${plural(pastRuns, "past run")} and live workers. Nothing is written.`
    : "From tasks like these and live workers. Nothing is written.";
}

export interface LimitWords {
  readonly state: "completed" | "escalated" | "failed";
  readonly word: string;
  readonly effect: string;
}

/** How a limit stands, and what it does to the finish. */
export function limitWords({ peak, size, costMs, tasks }: DryRunLimit): LimitWords {
  if (size === 0 && tasks > 0) return { state: "failed", word: "Missing", effect: "its tasks wait" };
  const effect = costMs === null ? "unknown" : costMs < 1_000 ? "none" : `+${formatDuration(costMs)}`;
  const isHeldBack = peak >= size && costMs !== null && costMs >= 1_000;
  return isHeldBack ? { state: "escalated", word: "At limit", effect } : { state: "completed", word: "Ready", effect };
}

export interface UsageDrawing {
  readonly line: string;
  readonly area: string;
  /** Where things stand, in pixels from the left. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly ticks: ReadonlyArray<{ readonly x: number; readonly label: string }>;
  readonly most: number;
}

const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800, 604_800,
];

/** The tasks at once over the time of the plan, as steps, with marks for its end. Null: there is nothing to draw. */
export function drawUsage(
  run: DryRun,
  { width, height }: { readonly width: number; readonly height: number },
): UsageDrawing | null {
  const { usage, finishP50Ms, finishP90Ms } = run;
  const last = usage.at(-1)?.[0] ?? 0;
  const end = Math.max(last, finishP90Ms ?? 0, finishP50Ms ?? 0);
  if (end <= 0) return null;
  const span = end * 1.02;
  const most = usage.reduce((high, [, count]) => Math.max(high, count), 1);
  const x = (ms: number): number => Math.round((ms / span) * width * 10) / 10;
  const y = (count: number): number => Math.round((height - (count / most) * height) * 10) / 10;
  const line = `M0 ${height}${usage.map(([at, count]) => `H${x(at)}V${y(count)}`).join("")}`;
  const wanted = span / 1_000 / 5;
  const every = (STEPS.find((step) => step >= wanted) ?? wanted) * 1_000;
  const ticks = Array.from({ length: Math.floor(span / every) + 1 }, (_, at) => ({
    x: x(at * every),
    label: at === 0 ? "now" : `+${shortSpan(at * every)}`,
  }));
  const mark = (ms: number | null): number | null => (ms === null ? null : x(ms));
  return { line, area: `${line}V${height}Z`, p50: mark(finishP50Ms), p90: mark(finishP90Ms), ticks, most };
}

/** `40m`, `1h30m`: without what is zero. */
function shortSpan(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const parts: ReadonlyArray<readonly [number, string]> = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join("");
}
