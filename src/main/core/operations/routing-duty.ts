import { setImmediate as nextTurn } from "node:timers/promises";
import { HiveError, toErrorBody } from "../../../shared/errors";
import type { AgentCapability } from "../../../shared/model/agent";
import { ANY_AGENT } from "../../../shared/model/agent-work";
import { NO_RETRIES, SUBTASK_DEFAULTS, type SubtaskDefinition } from "../../../shared/model/plan-definition";
import { isTerminalTask } from "../../../shared/model/task";
import type { Environment } from "../agents/agent";
import { payloadKeys } from "../plan/payload-keys";
import { planOfOne } from "../plan/plan-of-one";
import { promptWork } from "../plan/read-agent";
import { templateOf } from "../plan/template";
import type { WritableDatabase } from "../store/database";
import { moveTask } from "../store/hive-task-writes";
import type { Store } from "../store/open";
import {
  endRouted,
  noteSummary,
  openRouted,
  type RoutedTask,
  routedEnd,
  takeTask,
  taskPlaceAfter,
  type WantingTask,
  wantingAmong,
  wantingBetween,
} from "../store/routed-tasks";
import { isOn } from "../store/unified/flags";
import { routeTo } from "./agent-history";
import { cancelPlan, launchPlan } from "./plans";
import { operatorWriter } from "./source";
import { wantedOf } from "./wanted-capabilities";

export interface RoutingDuty {
  /** Begins nothing more, and waits for no agent's health. What was given to agents is settled by the next one. */
  stop(): Promise<void>;
}

const LOOK_MS = 1_000;
/** Rows looked at between two turns of the event loop. */
const STEP = 400;
/** Tasks of other programs that are with agents at once. */
const MOST_OPEN = 16;
/** Agents that cannot work are asked again so often, in milliseconds. */
const PATIENCE_MS = 30_000;
/** Further behind than this, going through all tasks costs no more. */
const MOST_NOTED = 20_000;
const LONGEST_PROMPT = 100_000;
const LONGEST_SUMMARY = 10_000;
const ROUTER = "agent routing";

/**
 * While `enable_agent_adapters` is on, tasks that other programs wrote are given to agents: those of no plan that wait
 * for nothing and name what whoever does them must be good for (`required_capabilities` in their payload). Each becomes a
 * plan of one task, written together with the claim; what comes of that is written into the task. Nothing else of other
 * programs is ever run, and nothing while no agent could work: their own workers may take it.
 */
export function routeForeignTasks(store: Store, environment: Environment, lookMs: number = LOOK_MS): RoutingDuty {
  const place = { databaseFile: store.file, environment };
  const { clock } = store;
  let working: Promise<void> | null = null;
  let stopped = false;
  /** All tasks are to be gone through: at first, and when it is not known which have changed. */
  let isScanDue = true;
  /** Tasks that changed, and those that want an agent and are with none yet. */
  let open = new Set<string>();
  /** When agents that are good for something may be asked again. */
  const rests = new Map<string, number>();
  let giveUp: (nothing: null) => void = () => undefined;
  const over = new Promise<null>((resolve) => {
    giveUp = resolve;
  });

  const canBeDone = async (capabilities: readonly AgentCapability[]): Promise<boolean> => {
    const key = capabilities.join();
    if (clock.monotonic() < (rests.get(key) ?? Number.NEGATIVE_INFINITY)) return false;
    const routed = await Promise.race([routeTo(store, place, capabilities), over]);
    if (routed === null) return false;
    const [best] = routed;
    if (best !== undefined && best.status !== "unhealthy") return true;
    rests.set(key, clock.monotonic() + PATIENCE_MS);
    return false;
  };

  /** Goes through all tasks, a few hundred at a time. */
  const scan = async (): Promise<void> => {
    isScanDue = false;
    for (let from = Number.MIN_SAFE_INTEGER; !stopped; ) {
      const until = taskPlaceAfter(store.read, from, STEP);
      if (until === null) return;
      for (const { id } of wantingBetween(store.read, from, until)) open.add(id);
      from = until;
      await nextTurn();
    }
  };

  const take = async (): Promise<void> => {
    if (isScanDue) await scan();
    const ids = [...open];
    open = new Set();
    const wanting: WantingTask[] = [];
    for (let at = 0; at < ids.length; at += STEP) {
      const found = wantingAmong(store.read, ids.slice(at, at + STEP));
      wanting.push(...found.filter((task) => wantedOf(task).length > 0));
      await nextTurn();
    }
    let free = MOST_OPEN - openRouted(store.read, MOST_OPEN).length;
    for (const task of wanting.sort((a, b) => b.priority - a.priority)) {
      const isFirst = free > 0 && !stopped && (await canBeDone(wantedOf(task)));
      if (!isFirst) open.add(task.id);
      else if (await give(store, task)) free -= 1;
    }
  };

  const work = async (): Promise<void> => {
    for (const task of openRouted(store.read, MOST_OPEN * 4)) await settle(store, task);
    if (isOn(store.read, "enable_agent_adapters")) {
      if (isScanDue || open.size > 0) await take();
    } else {
      isScanDue = true;
      open.clear();
    }
  };
  const look = (): void => {
    if (working !== null || stopped) return;
    working = work()
      // A database that cannot be written is told of by the runner; all is as it was at the next look.
      .catch(() => undefined)
      .finally(() => {
        working = null;
      });
  };
  const unsubscribe = store.changes.subscribe(({ tasks, reset }) => {
    if (isScanDue) return;
    if (reset || open.size + tasks.size > MOST_NOTED) isScanDue = true;
    else for (const id of tasks) open.add(id);
  });
  const timer = setInterval(look, lookMs);
  timer.unref();
  return {
    async stop() {
      stopped = true;
      giveUp(null);
      unsubscribe();
      clearInterval(timer);
      await working;
    },
  };
}

const literal = (text: string): string => templateOf([{ text }]);

/** False: another program took it meanwhile. */
async function give(store: Store, task: WantingTask): Promise<boolean> {
  const title = literal(task.title.trim() || task.id);
  const subtask: SubtaskDefinition = {
    ...SUBTASK_DEFAULTS,
    ...promptWork("llm", literal(promptOf(task))),
    id: "task",
    title,
    description: literal(task.description),
    agent: ANY_AGENT,
    route: wantedOf(task),
    run: null,
    dependencies: [],
    priority: task.priority,
    retries: NO_RETRIES,
    timeoutMs: null,
    env: {},
    cwd: null,
  };
  try {
    await launchPlan(store, {
      definition: planOfOne(subtask, `Task ${literal(task.id)} of another program, given to an agent`),
      parameters: {},
      sourceName: null,
      sourceText: null,
      folder: store.filesFolder,
      launchedBy: ROUTER,
      correlationId: payloadKeys(task.payload).correlationId ?? task.id,
      together(tx, planId) {
        if (!takeTask(tx, task.id, planId, operatorWriter(store))) {
          throw new HiveError("not_allowed", `Task ${task.id} was taken by another program.`, { taskId: task.id });
        }
      },
    });
    return true;
  } catch (error) {
    if (toErrorBody(error).code === "not_allowed") return false;
    throw error;
  }
}

function promptOf({ title, description, payload }: WantingTask): string {
  const { required_capabilities: _asked, ...rest } = Object.fromEntries(Object.entries(payload ?? {}));
  const known = Object.keys(rest).length === 0 ? [] : [`What else is known of it:\n\n${JSON.stringify(rest, null, 2)}`];
  return [title, ...(description.trim() === "" ? [] : [description]), ...known].join("\n\n").slice(0, LONGEST_PROMPT);
}

/** Writes into the task how far the one is that carries it out; ends that where the task is no longer its own. */
async function settle(store: Store, routed: RoutedTask): Promise<void> {
  const { taskId, planId, status, planStatus, carried, isCancelling } = routed;
  const isOurs = status === "assigned" || status === "in_progress";
  if (!isOurs) {
    if (planStatus === "executing" && !isCancelling) {
      await cancelPlan(store, { planId, actor: ROUTER, reason: `Task ${taskId} is ${status ?? "deleted"}` });
    }
    await store.write((tx) => endRouted(tx, routed));
    return;
  }
  if (planStatus === "executing") {
    if (status === "assigned" && carried === "in_progress") {
      await store.write((tx) => void move(tx, store, { taskId, status: "in_progress" }));
    }
    return;
  }
  const { result, error } = routedEnd(store.read, planId);
  await store.write((tx) => {
    endRouted(tx, routed);
    if (carried === "completed") {
      move(tx, store, { taskId, status: "completed" });
      const answer = answerOf(result);
      if (answer !== null) noteSummary(tx, taskId, answer.slice(0, LONGEST_SUMMARY));
    } else if (carried === "cancelled" || carried === null) move(tx, store, { taskId, status: "cancelled" });
    else move(tx, store, { taskId, status: "failed", failureReason: error ?? "The agent gave no answer" });
  });
}

type Move = Pick<Parameters<typeof moveTask>[1], "taskId" | "status" | "failureReason">;

function move(tx: WritableDatabase, store: Store, change: Move): void {
  const { failureReason } = change;
  const given = failureReason === undefined ? {} : { failure_reason: failureReason };
  const row = tx.prepare<unknown[], { status: string }>("SELECT status FROM tasks WHERE id = ?").get(change.taskId);
  if (row === undefined || isTerminalTask(row.status)) return;
  moveTask(tx, { ...change, olderColumns: {}, given }, { ...operatorWriter(store), actor: null });
}

function answerOf(result: unknown): string | null {
  if (result === null || result === undefined) return null;
  if (typeof result === "string") return result;
  if (typeof result === "object" && "output" in result) {
    return typeof result.output === "string" ? result.output : JSON.stringify(result.output);
  }
  return JSON.stringify(result);
}
