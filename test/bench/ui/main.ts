import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { seedDatabase } from "../../seed/database";
import { atMost, type Figure, figureLine, median, quantile, rounded } from "../figure";
import { type BenchedConsole, openConsole, timeStart } from "./console";
import { startLoad } from "./load";
import { watchMainLoop } from "./main-loop";
import { firstAnswer, heapOf, observe, takeNotes } from "./page";
import { byKeys, byWheel } from "./scrolling";
import { watchStall } from "./stall";
import { timeTasks } from "./tasks-of-page";

/**
 * npm run bench:ui -- [--tasks 1000000] [--minutes 10] [--rate 5000] [--db FILE] [NAME...]: the window on a seeded
 * database, a line of JSON for each figure; names: filters, scrolling, board, table (under load), and nothing else is done
 * then. `--db`: a seeded database that is copied instead of made. Nothing here fails: see "holds".
 * Beside each figure stands how late the timers of an idle process came meanwhile: what the machine took from all.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tasks: { type: "string", default: "1000000" },
    minutes: { type: "string", default: "10" },
    rate: { type: "string", default: "5000" },
    db: { type: "string" },
  },
});
const tasks = Number(values.tasks);
const minutes = Number(values.minutes);
const rate = Number(values.rate);

const ROOT = resolve(".");
const MB = 1_000_000;
const MARK_EVERY_MS = 250;
const IDLE_MS = 3_000;
/** For so long the single tasks of both main threads are recorded under load. */
const TRACED_MS = 15_000;

const FILTERS: Readonly<Record<string, string>> = {
  state: "state:failed",
  worker: "state:completed worker:worker-11",
  "type and tag": "type:llm tag:release state:failed,completed",
  plan: "plan:plan-000700 state:completed,failed",
  "error text": 'state:failed error:"TLS handshake"',
  text: '"billing ledger"',
  "rare text": '"search index 99"',
};
/** A few tasks that no other filter shows: what is on screen after it is an answer. */
const ELSEWHERE = "state:review_pending";
const ROUNDS = 7;
/** Stands there as soon as the overview has its figures. */
const OVERVIEW = '[aria-label="Time range"]';
const STARTS = 5;
/** The second of these is the task whose changes are timed: nothing else that is written touches it. */
const MARKED = { board: '[data-status="review_pending"] [data-id]', table: "tr[data-key]" } as const;

const place = (layout: "board" | "table", query: string): string =>
  `#/tasks?${layout === "table" ? "as=table&" : ""}q=${encodeURIComponent(query)}`;

const work = mkdtempSync(join(tmpdir(), "hive-bench-ui-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));

const isWanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);

function report(figure: Figure): void {
  process.stdout.write(`${figureLine(figure)}\n`);
}

const file = join(work, "hive.db");
if (values.db !== undefined && existsSync(values.db)) cpSync(values.db, file);
else await seedDatabase(file, { tasks, now: Date.now() });
const opened = await open();
try {
  if (isWanted("filters")) await filters(opened);
  if (isWanted("scrolling")) await scrolling(opened);
  if (isWanted("board")) await load(opened, "board");
  if (isWanted("table")) await load(opened, "table");
} finally {
  await opened.quit();
}

async function open(): Promise<BenchedConsole> {
  const data = join(work, "data");
  // The first start warms the caches of the file system and the page's compiled code.
  await timeStart(ROOT, file, data, OVERVIEW);
  const stall = watchStall();
  const starts: number[] = [];
  for (let round = 0; round < STARTS; round += 1) starts.push(await timeStart(ROOT, file, data, OVERVIEW));
  const stalled = stall();
  const opened = await openConsole(ROOT, file, data);
  await opened.page.locator(OVERVIEW).waitFor();
  const cpuSeconds = await opened.app.evaluate(({ app }) =>
    app.getAppMetrics().reduce((sum, { cpu }) => sum + (cpu.cumulativeCPUUsage ?? 0), 0),
  );
  const boardMs = await firstAnswer(opened.page, "#/tasks");
  report({
    bench: "window usable",
    value: Math.min(...starts),
    unit: "ms from the start of the process to the overview, best",
    promise: atMost(2_000),
    more: {
      tasks,
      median: Math.round(median(starts)),
      cpuMs: Math.round(cpuSeconds * 1_000),
      thenBoardMs: Math.round(boardMs),
      ...stalled,
    },
  });
  return opened;
}

async function filters({ page }: BenchedConsole): Promise<void> {
  for (const layout of ["board", "table"] as const) {
    for (const [name, query] of Object.entries(FILTERS)) {
      const stall = watchStall();
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        await firstAnswer(page, place(layout, ELSEWHERE));
        times.push(await firstAnswer(page, place(layout, query)));
      }
      report({
        bench: `filter answer, ${layout}: ${name}`,
        value: median(times),
        unit: "ms, median",
        promise: atMost(150),
        more: {
          query,
          best: Math.round(Math.min(...times)),
          longest: Math.round(Math.max(...times)),
          rounds: ROUNDS,
          ...stall(),
        },
      });
    }
  }
}

async function scrolling({ page }: BenchedConsole): Promise<void> {
  for (const layout of ["board", "table"] as const) {
    await firstAnswer(page, place(layout, ELSEWHERE));
    await firstAnswer(page, place(layout, ""));
    const list =
      layout === "board"
        ? page.locator('section[data-status="queued"] [role="listbox"]')
        : page.getByRole("grid", { name: "Tasks" });
    for (const [by, move] of [
      ["wheel", byWheel],
      ["keys", byKeys],
    ] as const) {
      const stall = watchStall();
      const { longest, heaviest, over, tasks: seen } = (await timeTasks(page, () => move(page, list))).page;
      report({
        bench: `scroll, ${layout} by ${by}`,
        value: heaviest.cpu,
        unit: "ms of processor time, heaviest task",
        promise: atMost(50),
        more: {
          longestWall: rounded(longest.wall),
          over50Wall: over.wall,
          over50Cpu: over.cpu,
          tasks: seen,
          ...stall(),
        },
      });
    }
  }
}

async function load({ app, page }: BenchedConsole, layout: "board" | "table"): Promise<void> {
  await firstAnswer(page, place(layout, ELSEWHERE));
  await firstAnswer(page, place(layout, ""));
  // Nobody reads the board: its columns keep themselves in order. Somebody reads the table: nothing moves in it.
  if (layout === "board") await page.mouse.move(5, 5);
  else await page.getByRole("grid", { name: "Tasks" }).hover();
  const markerId = await page.evaluate((selector) => {
    const shown = document.querySelectorAll<HTMLElement>(selector)[1];
    return shown?.dataset.id ?? shown?.dataset.key ?? null;
  }, MARKED[layout]);
  await observe(page);
  const idle = await watchMainLoop(app);
  await delay(IDLE_MS);
  const idleLoop = await idle();
  const writing = await startLoad(ROOT, {
    file,
    changesPerSecond: rate,
    markerId,
    markerEveryMs: MARK_EVERY_MS,
  });
  const stall = watchStall();
  const loop = await watchMainLoop(app);
  const halfMs = (minutes * 60_000) / 2;
  const timed = await timeTasks(page, () => delay(Math.min(TRACED_MS, halfMs)));
  await delay(Math.max(0, halfMs - TRACED_MS));
  const busyLoop = await loop();
  const written = await writing.stop();
  const stalled = stall();
  const { marks, longTasks } = await takeNotes(page);
  const delays = [...writing.commits].flatMap(([mark, at]) => {
    const shown = marks[mark];
    return shown === undefined ? [] : [shown - at];
  });
  const shared = {
    changesPerSecond: Math.round(written.written / written.seconds),
    writerCpu: rounded(written.cpuSeconds / written.seconds),
    ...stalled,
  };
  report({
    bench: `commit to paint, ${layout}`,
    value: quantile(delays, 0.95),
    unit: "ms p95",
    promise: atMost(200),
    more: {
      p50: median(delays),
      longest: Math.max(...delays),
      marks: writing.commits.size,
      shown: delays.length,
      longTasks: longTasks.length,
      longestTask: Math.round(Math.max(0, ...longTasks.map(({ ms }) => ms))),
      writerLongestGroupMs: Math.round(written.longestGroupMs),
      ...shared,
    },
  });
  report({
    bench: `main loop under ${layout}`,
    value: busyLoop.p99,
    unit: "ms p99",
    promise: atMost(20),
    more: { ...busyLoop, idleP99: idleLoop.p99, idleLongest: idleLoop.longest, ...shared },
  });
  report({
    bench: `main loop under ${layout}, heaviest turn`,
    value: timed.main.heaviest.cpu,
    unit: "ms of processor time",
    promise: atMost(20),
    more: { turns: timed.main.tasks, over50: timed.main.over.cpu, ...shared },
  });
  report({
    bench: `page under ${layout}, heaviest task`,
    value: timed.page.heaviest.cpu,
    unit: "ms of processor time",
    promise: atMost(50),
    more: {
      longestWall: rounded(timed.page.longest.wall),
      over50Wall: timed.page.over.wall,
      over50Cpu: timed.page.over.cpu,
      ...shared,
    },
  });
  const { used, kept } = await heapOf(page);
  report({
    bench: `renderer heap after ${layout}`,
    value: used / MB,
    unit: "MB",
    promise: atMost(300),
    more: { afterCollection: Math.round(kept / MB), minutes: minutes / 2, ...stalled },
  });
}
