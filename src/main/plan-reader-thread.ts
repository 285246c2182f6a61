import { parentPort } from "node:worker_threads";
import { parsePlan } from "./core/plan/parse";
import type { ReadAnswer, ReadRequest } from "./plan-reader";

/** The thread behind plan-reader: one plan in, its parse out, in order. */
parentPort?.on("message", ({ id, text, fileName }: ReadRequest) => {
  parentPort?.postMessage(answer(id, text, fileName));
});

function answer(id: number, text: string, fileName: string): ReadAnswer {
  try {
    return { id, parsed: parsePlan(text, { fileName }) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}
