import type { CDPSession, Page } from "@playwright/test";
import { z } from "zod";

/** Of a task of the page's main thread, in milliseconds. */
interface TaskTime {
  readonly wall: number;
  /** What it took of a processor: the same on a busy machine. */
  readonly cpu: number;
}

export interface TaskTimes {
  readonly tasks: number;
  readonly longest: TaskTime;
  /** The longest by processor time. */
  readonly heaviest: TaskTime;
  /** Tasks over 50 ms, and those of them that took the processor for so long. */
  readonly over: { readonly wall: number; readonly cpu: number };
  /** Processor time that all of them took. */
  readonly cpu: number;
}

const LIMIT_MS = 50;

const traceEvent = z.object({
  name: z.string(),
  pid: z.number(),
  tid: z.number(),
  ph: z.string(),
  dur: z.number().default(0),
  tdur: z.number().default(0),
  args: z.object({ name: z.string().optional() }).catch({}).default({}),
});

/** Main threads, by the names that Chromium gives them. */
const THREADS = { page: "CrRendererMain", main: "CrBrowserMain" } as const;

/**
 * Records the tasks of the main threads of the page and of the main process while `work` runs, as Chromium times them:
 * by the wall's clock, and by the thread's own, which stands still while others have the processor.
 */
export async function timeTasks(
  page: Page,
  work: () => Promise<void>,
): Promise<Readonly<Record<keyof typeof THREADS, TaskTimes>>> {
  const session = await page.context().newCDPSession(page);
  const events: unknown[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "__metadata"], excludedCategories: ["*"] },
  });
  await work();
  await ended(session);
  await session.detach();
  return { page: summarise(events, THREADS.page), main: summarise(events, THREADS.main) };
}

async function ended(session: CDPSession): Promise<void> {
  const complete = new Promise<void>((resolve) => session.once("Tracing.tracingComplete", () => resolve()));
  await session.send("Tracing.end");
  await complete;
}

function summarise(raw: readonly unknown[], thread: string): TaskTimes {
  const events = raw.flatMap((value) => {
    const parsed = traceEvent.safeParse(value);
    return parsed.success ? [parsed.data] : [];
  });
  const threads = new Set(
    events
      .filter(({ name, args }) => name === "thread_name" && args.name === thread)
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  const tasks = events
    .filter(({ name, pid, tid }) => name.endsWith("RunTask") && threads.has(`${pid}/${tid}`))
    .map(({ dur, tdur }) => ({ wall: dur / 1_000, cpu: tdur / 1_000 }));
  const none = { wall: 0, cpu: 0 };
  return {
    tasks: tasks.length,
    longest: tasks.reduce((most, task) => (task.wall > most.wall ? task : most), none),
    heaviest: tasks.reduce((most, task) => (task.cpu > most.cpu ? task : most), none),
    over: {
      wall: tasks.filter(({ wall }) => wall > LIMIT_MS).length,
      cpu: tasks.filter(({ cpu }) => cpu > LIMIT_MS).length,
    },
    cpu: tasks.reduce((sum, { cpu }) => sum + cpu, 0),
  };
}
