import type { Drawing, NodeSize } from "./geometry";
import type { GraphShape } from "./layout";
import type { LayoutAnswer, LayoutRequest } from "./layout-worker";

interface Waiting {
  readonly resolve: (drawing: Drawing) => void;
  readonly reject: (error: Error) => void;
}

const waiting = new Map<number, Waiting>();
let worker: Worker | null = null;
let lastId = 0;

function start(): Worker {
  const started = new Worker(new URL("./layout-worker.ts", import.meta.url), { type: "module", name: "layout" });
  started.addEventListener("message", ({ data }: MessageEvent<LayoutAnswer>) => {
    waiting.get(data.id)?.resolve(data.drawing);
    waiting.delete(data.id);
  });
  started.addEventListener("error", ({ message }) => {
    worker = null;
    for (const { reject } of waiting.values()) reject(new Error(`The graph could not be laid out: ${message}`));
    waiting.clear();
  });
  return started;
}

/** Starts the worker, for a graph that is being read: it is ready when the graph is. */
export function prepareLayout(): void {
  worker ??= start();
}

/** Lays a graph out beside the window's thread. The worker stays for the next one. */
export function layOut(shape: GraphShape, size: NodeSize): Promise<Drawing> {
  worker ??= start();
  const request: LayoutRequest = { id: ++lastId, shape, size };
  const answer = new Promise<Drawing>((resolve, reject) => waiting.set(request.id, { resolve, reject }));
  worker.postMessage(request);
  return answer;
}
