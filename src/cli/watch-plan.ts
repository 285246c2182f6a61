import { getPlanGraph } from "../main/core/operations/plan-graph";
import { getPlanSummaries, listPlans } from "../main/core/operations/plans";
import type { Store } from "../main/core/store/open";
import { HiveError } from "../shared/errors";
import { MOST_GRAPH_TASKS } from "../shared/model/plan-graph";
import { openToFollow, openToRead } from "./database";
import { EXIT, type ExitCode } from "./exit-codes";
import { followPlan } from "./follow";
import { planNamed } from "./named";
import { operatorName } from "./operator";
import type { Outputs } from "./output";
import { createJsonReporter, createLineReporter, createLiveReporter, type Reporter } from "./reporters";
import { listenForInterrupts } from "./signals";
import { planTree } from "./tree";
import type { WatchedSubtask } from "./watch";

export interface WatchOptions {
  readonly databaseFile: string;
  /** The plan's id or the beginning of one; null: the latest. */
  readonly plan: string | null;
  /** Null: as many as the database was set to last, else the machine's cores. */
  readonly slots: number | null;
  /** ^C ends the watching alone. */
  readonly leaves: boolean;
  /** Starts nothing, also where nobody else does, and changes nothing. */
  readonly observes: boolean;
  readonly json: boolean;
}

/** Follows a plan to its end and gives the exit code of its outcome; runs it where nobody else does. */
export async function watchOnePlan(options: WatchOptions, outputs: Outputs): Promise<ExitCode> {
  const interrupts = listenForInterrupts();
  const { databaseFile, slots, observes } = options;
  const core = observes
    ? await openToRead(databaseFile, outputs.err)
    : await openToFollow(databaseFile, slots, outputs.err);
  try {
    if (interrupts.count > 0) return EXIT.interrupted;
    const planId = options.plan === null ? latestPlan(core.store) : planNamed(core.store, options.plan);
    const subtasks = await readSubtasks(core.store, planId);
    const reporter = chooseReporter(options, outputs, subtasks);
    const leaves = options.leaves || observes;
    return await followPlan(
      core,
      { planId, subtasks, operator: operatorName(), joined: true, leaves },
      reporter,
      interrupts,
    );
  } finally {
    interrupts.end();
    await core.close();
  }
}

function latestPlan(store: Store): string {
  const [latest] = listPlans(store, { limit: 1 }).rows;
  if (latest !== undefined) return latest.id;
  throw new HiveError("not_found", `There are no plans yet in ${store.file}. Launch one with: hive run PLAN`);
}

/** The plan's graph; none for a plan that is too large for one, whose tasks are listed without branches. */
async function readSubtasks(store: Store, planId: string): Promise<WatchedSubtask[]> {
  const [plan] = getPlanSummaries(store, [planId]);
  if (plan === undefined || plan.taskCount > MOST_GRAPH_TASKS) return [];
  const { subtaskIds, edges } = await getPlanGraph(store, { planId });
  const subtasks = subtaskIds.map((id) => ({ id, dependencies: [] as string[] }));
  for (let at = 0; at < edges.length; at += 2) {
    const from = subtasks[edges[at] ?? -1];
    if (from !== undefined) subtasks[edges[at + 1] ?? -1]?.dependencies.push(from.id);
  }
  return subtasks;
}

function chooseReporter(options: WatchOptions, outputs: Outputs, subtasks: readonly WatchedSubtask[]): Reporter {
  const now = () => Date.now();
  if (options.json) return createJsonReporter(outputs, now, { forecasts: true });
  if (outputs.out.isTty) return createLiveReporter(outputs, planTree(subtasks), now);
  return createLineReporter(outputs, now);
}
