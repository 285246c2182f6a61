import { Worker } from "node:worker_threads";
import { HiveError } from "../shared/errors";
import { type NamedAgent, SHIPPED_AGENTS } from "../shared/model/agent-work";
import type { ParsedPlan } from "./core/plan/parse";

export interface ReadRequest {
  readonly id: number;
  readonly text: string;
  readonly fileName: string;
  readonly agents: readonly NamedAgent[];
}

export type ReadAnswer =
  | { readonly id: number; readonly parsed: ParsedPlan }
  | { readonly id: number; readonly failure: string };

/** Parses plan texts. A large plan takes a second: not one in which the window may stand still. */
export interface PlanReader {
  /** As `parsePlan`. Rejects only when the thread itself fails; the next call starts another one. */
  parse(text: string, options: { readonly fileName: string }): Promise<ParsedPlan>;
}

interface Waiting {
  readonly resolve: (parsed: ParsedPlan) => void;
  readonly reject: (error: HiveError) => void;
}

/**
 * `threadFile`: the built plan-reader-thread. The thread starts with the first plan and never holds the program.
 * `knownAgents`: those that a plan may name beside the built-in ones, asked anew for each plan.
 */
export function createPlanReader(
  threadFile: string,
  knownAgents: () => Promise<readonly NamedAgent[]> = async () => SHIPPED_AGENTS,
): PlanReader {
  let thread: Worker | null = null;
  let lastId = 0;
  const waiting = new Map<number, Waiting>();

  function failAll(why: string): void {
    thread = null;
    for (const { reject } of waiting.values()) {
      reject(new HiveError("internal", `The plan could not be read: its reader failed (${why}). Try again.`));
    }
    waiting.clear();
  }

  function start(): Worker {
    const started = new Worker(threadFile);
    started.unref();
    started.on("message", (answer: ReadAnswer) => {
      const caller = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ("parsed" in answer) caller?.resolve(answer.parsed);
      else caller?.reject(new HiveError("internal", `The plan could not be read: ${answer.failure}`));
    });
    started.on("error", (error) => failAll(error.message));
    started.on("exit", (code) => {
      if (thread === started) failAll(`it ended with code ${code}`);
    });
    return started;
  }

  return {
    async parse(text, { fileName }) {
      const agents = await knownAgents();
      thread ??= start();
      const reader = thread;
      const request: ReadRequest = { id: ++lastId, text, fileName, agents };
      return new Promise((resolve, reject) => {
        waiting.set(request.id, { resolve, reject });
        reader.postMessage(request);
      });
    },
  };
}
