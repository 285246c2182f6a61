import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { loadAgents } from "../main/core/agents/local-agents";
import { dryRunPlan } from "../main/core/operations/dry-run";
import { readSlots } from "../main/core/store/settings";
import type { DryRun, DryRunFinding, DryRunLimit } from "../shared/model/forecast";
import { openToRead } from "./database";
import { EXIT, type ExitCode } from "./exit-codes";
import { forecastWords } from "./forecast-words";
import type { Output, Outputs } from "./output";
import type { GivenParameters } from "./parameters";
import { readLaunchable } from "./run";
import { column, formatCount, formatDuration, plainText, plural, truncate } from "./text";

export interface DryRunOptions {
  readonly databaseFile: string;
  readonly parameters: GivenParameters;
  /** Default: as many as the database was set to last, else the machine's cores. */
  readonly slots?: number;
  readonly json: boolean;
}

/** Says what a launch would do. 0: nothing is in its way; 1: something is; 2: the plan is not valid. */
export async function dryRun(path: string, options: DryRunOptions, outputs: Outputs): Promise<ExitCode> {
  const { file, definition, parameters } = await readLaunchable(path, options, outputs);
  const agents = await loadAgents(process.env, options.databaseFile);
  // Without a database there is nothing to learn from; making one for that would be more than was asked for.
  const core = existsSync(options.databaseFile) ? await openToRead(options.databaseFile, outputs.err) : null;
  try {
    const run = await dryRunPlan(
      { store: core?.store ?? null, agents },
      {
        definition,
        parameters,
        sourceName: file.name,
        folder: file.folder,
        slots: options.slots ?? (core && readSlots(core.store.read)?.slots) ?? availableParallelism(),
      },
    );
    if (options.json) outputs.out.line(JSON.stringify(record(run)));
    else print(outputs.out, run);
    return run.findings.some(({ severity }) => severity === "problem") || run.kind === "never" ? EXIT.failed : EXIT.ok;
  } finally {
    await core?.close();
  }
}

const MOST_ON_SCREEN = 200;
const MOST_ON_PATH = 12;

function print(out: Output, run: DryRun): void {
  const waves = run.tasks.waves.reduce((most, wave) => Math.max(most, wave + 1), 0);
  out.line(
    `${out.paint("bold", plainText(run.title))}: ${plural(run.taskCount, "task")} in ${plural(waves, "wave")}, ${plural(run.slots, "slot")}`,
  );
  const field = (name: string, value: string) => out.line(`  ${out.paint("grey", column(name, 13))}  ${value}`);
  const { kind, finishP50Ms: p50, finishP90Ms: p90, basis } = run;
  field("finish", forecastWords({ kind, p50, p90, basis }));
  field("at once", `${plural(run.peak, "task")} at most`);
  if (run.criticalPath.length > 0) field("critical path", pathWords(run));
  out.line();
  printTasks(out, run);
  const limits = run.limits.filter(({ costMs }) => costMs !== null && costMs >= 1);
  if (limits.length > 0) {
    out.line();
    for (const limit of limits) out.line(`${out.paint("yellow", "!")} ${limitWords(limit)}`);
  }
  if (run.findings.length > 0) out.line();
  for (const finding of run.findings) {
    const mark = finding.severity === "problem" ? out.paint("red", "✗") : out.paint("yellow", "!");
    out.line(`${mark} ${plainText(finding.message)} ${out.paint("grey", concerned(finding))}`);
  }
  const problems = run.findings.filter(({ severity }) => severity === "problem").length;
  out.line();
  if (problems > 0)
    out.line(`${out.paint("red", "✗")} ${plural(problems, "problem")}. Nothing was written or started.`);
  else out.line(`${out.paint("green", "✓")} Nothing is in its way. Nothing was written or started.`);
}

function printTasks(out: Output, { tasks, criticalPath }: DryRun): void {
  const critical = new Set(criticalPath);
  const shown = out.isTty ? Math.min(tasks.ids.length, MOST_ON_SCREEN) : tasks.ids.length;
  const nameWidth = tasks.ids.slice(0, shown).reduce((widest, id) => Math.max(widest, id.length), 7);
  const agentWidth = tasks.agents.slice(0, shown).reduce((widest, agent) => Math.max(widest, agent.length), 5);
  const width = Math.min(nameWidth, 40);
  const head = `  ${column("WAVE", 4)}  ${column("START", 8)}  ${column("TAKES", 8)}  ${column("SUBTASK", width)}  ${column("AGENT", agentWidth)}  TITLE`;
  out.line(out.paint("grey", head));
  const room = out.isTty ? Math.max(12, out.size().width - 36 - width - agentWidth) : Number.POSITIVE_INFINITY;
  for (let at = 0; at < shown; at += 1) {
    const id = tasks.ids[at] ?? "";
    const title = plainText(tasks.titles[at] ?? "");
    const cells = [
      String((tasks.waves[at] ?? 0) + 1).padStart(4),
      column(startWords(tasks.startMs[at] ?? null, tasks.startIsLeast[at] ?? false), 8),
      column(takesWords(tasks.durationMs[at] ?? null), 8),
      column(plainText(id), width),
      column(tasks.agents[at] ?? "", agentWidth),
      title === id ? "" : truncate(title, room),
    ];
    const line = `${critical.has(id) ? out.paint("magenta", "▸") : " "} ${cells.join("  ")}`;
    out.line(line.trimEnd());
  }
  const left = tasks.ids.length - shown;
  if (left > 0) out.line(out.paint("grey", `  … ${formatCount(left)} more (--json names them all)`));
}

function startWords(at: number | null, isLeast: boolean): string {
  if (at === null) return "never";
  if (isLeast) return at === 0 ? "?" : `≥${formatDuration(at)}`;
  return at === 0 ? "at once" : `+${formatDuration(at)}`;
}

function takesWords(duration: number | null): string {
  if (duration === null) return "unknown";
  return duration === 0 ? "-" : formatDuration(duration);
}

function pathWords({ criticalPath, criticalMs }: DryRun): string {
  const named = criticalPath.slice(0, MOST_ON_PATH).map(plainText).join(" → ");
  const more = criticalPath.length - MOST_ON_PATH;
  const took = criticalMs > 0 ? `${formatDuration(criticalMs)}: ` : "";
  return `${took}${named}${more > 0 ? ` → ${formatCount(more)} more` : ""}`;
}

function limitWords({ kind, name, peak, size, costMs }: DryRunLimit): string {
  const what = {
    slots: `All ${plural(size, "slot")} are used`,
    workers: `All ${plural(size, "worker")} that can do ${name} are used`,
    plan: `The plan's own limit of ${plural(size, "task")} is reached`,
    group: `Group ${plainText(name)} runs ${formatCount(peak)} at once and no more`,
  }[kind];
  return `${what}: without that it would end ${formatDuration(costMs ?? 0)} sooner.`;
}

const MOST_CONCERNED = 3;

function concerned({ subtaskIds, count }: DryRunFinding): string {
  const named = subtaskIds.slice(0, MOST_CONCERNED).map(plainText).join(", ");
  const more = count - Math.min(count, MOST_CONCERNED);
  return `(${named}${more > 0 ? ` and ${formatCount(more)} more` : ""})`;
}

function record(run: DryRun): Readonly<Record<string, unknown>> {
  const { tasks, basis } = run;
  return {
    title: run.title,
    task_count: run.taskCount,
    forecast: {
      kind: run.kind,
      p50_ms: run.finishP50Ms === null ? null : Math.round(run.finishP50Ms),
      p90_ms: run.finishP90Ms === null ? null : Math.round(run.finishP90Ms),
      past_runs: basis.pastRuns,
      known: basis.known,
      unknown: basis.unknown,
      approvals: basis.approvals,
      fewest_samples: basis.fewestSamples,
    },
    slots: run.slots,
    peak: run.peak,
    critical_path: run.criticalPath,
    critical_ms: Math.round(run.criticalMs),
    limits: run.limits.map(({ costMs, ...limit }) => ({ ...limit, cost_ms: costMs })),
    findings: run.findings.map(({ subtaskIds, ...finding }) => ({ ...finding, subtask_ids: subtaskIds })),
    tasks: tasks.ids.map((id, at) => ({
      subtask_id: id,
      title: tasks.titles[at],
      agent: tasks.agents[at],
      wave: (tasks.waves[at] ?? 0) + 1,
      start_ms: tasks.startMs[at],
      start_is_least: tasks.startIsLeast[at],
      duration_ms: tasks.durationMs[at],
      samples: tasks.samples[at],
    })),
  };
}
