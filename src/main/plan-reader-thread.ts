import { parentPort } from "node:worker_threads";
import { parsePlan } from "./core/plan/parse";
import type { ReadAnswer, ReadRequest } from "./plan-reader";

/** The thread behind plan-reader: one plan in, its parse out, in order. */
parentPort?.on("message", (request: ReadRequest) => {
  parentPort?.postMessage(answer(request));
});

function answer({ id, text, fileName, agents }: ReadRequest): ReadAnswer {
  try {
    return { id, parsed: parsePlan(text, { fileName, agents }) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}
