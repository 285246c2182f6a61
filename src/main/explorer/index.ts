import { toErrorBody } from "../../shared/errors";
import { JOBS } from "./jobs";
import type { ExplorerAsk, ExplorerJob, ExplorerPart, FromExplorer, Inbox, ToExplorer } from "./protocol";

/**
 * The explorer process: one job at a time, told piece by piece. Whoever started it kills it when it takes too long. It runs
 * as a utility process of Electron's, or as a child of Node's.
 */
const parent = process.parentPort;
const tell = (message: FromExplorer): void => {
  if (parent !== undefined) parent.postMessage(message);
  else process.send?.(message);
};

/** What the running job is asked for. */
interface Box extends Inbox<ExplorerAsk> {
  put(ask: ExplorerAsk): void;
}

let current: { readonly id: number; readonly box: Box } | null = null;

if (parent !== undefined) parent.on("message", ({ data }: { data: ToExplorer }) => hear(data));
else process.on("message", hear).once("disconnect", () => process.exit());

function hear(message: ToExplorer): void {
  if ("job" in message) void work(message.id, message.job);
  else if (message.id === current?.id) current.box.put(message.ask);
}

async function work(id: number, job: ExplorerJob): Promise<void> {
  const box = createBox();
  current = { id, box };
  try {
    for await (const part of begin(job, box)) tell({ id, part });
    tell({ id, end: null });
  } catch (error) {
    tell({ id, failure: toErrorBody(error) });
  }
}

/** The compiler cannot follow that a job's kind names the worker that takes it. */
function begin(job: ExplorerJob, inbox: Inbox<ExplorerAsk>): AsyncIterable<ExplorerPart> {
  const worker = JOBS[job.kind] as (input: ExplorerJob, inbox: Inbox<ExplorerAsk>) => AsyncIterable<ExplorerPart>;
  return worker(job, inbox);
}

function createBox(): Box {
  const waiting: ExplorerAsk[] = [];
  let take: ((ask: ExplorerAsk) => void) | null = null;
  return {
    put(ask) {
      if (take === null) waiting.push(ask);
      else {
        take(ask);
        take = null;
      }
    },
    next() {
      const first = waiting.shift();
      if (first !== undefined) return Promise.resolve(first);
      return new Promise((resolve) => {
        take = resolve;
      });
    },
  };
}
