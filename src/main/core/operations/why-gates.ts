import type { WorkerRow } from "../../../shared/model/views";
import type { WhyGate, WhyGateName, WhyRow, WhyVerdict } from "../../../shared/model/why";
import { HEARTBEAT_LIMIT_MS } from "../../../shared/model/worker";
import { isAnybodys, meets, needName } from "../plan/capacity";
import { LOCAL_SKILLS } from "../runner/local-workers";
import { MOST_AHEAD, MOST_ROWS, type RunningTask } from "../store/why-rows";
import { isLiveWorker, isLocalWorker, takesTasks } from "./capacity";
import type { DispatcherFacts, RoutingFacts, WhyFacts } from "./why-facts";
import { ageWords, countWords, endOfSentence, nameSome, takenWords, taskRow } from "./why-words";

/** What a gate says; its name and title are added where the gates are listed. */
interface Judgement {
  readonly verdict: WhyVerdict;
  readonly detail: string;
  readonly rows?: readonly WhyRow[];
  /** How many rows there are in all. */
  readonly total?: number;
}

type Judge = (facts: WhyFacts) => Judgement;

const passes = (detail: string, rows: readonly WhyRow[] = [], total = rows.length): Judgement => ({
  verdict: "passes",
  detail,
  rows,
  total,
});
const holds = (detail: string, rows: readonly WhyRow[] = [], total = rows.length): Judgement => ({
  verdict: "holds",
  detail,
  rows,
  total,
});
const notReached = (detail: string): Judgement => ({ verdict: "not_reached", detail });

const needsNoSlot = ({ task }: WhyFacts): boolean => task.agent === "noop" || task.agent === "approval";
const isForOthers = ({ task, plan }: WhyFacts): boolean => plan?.isOurs !== true || !meets(task.needs, LOCAL_SKILLS);

function dependencies({ task, dependencies: count, open, roots, now }: WhyFacts): Judgement {
  if (task.seq === null) return passes("It is in no plan and waits for nothing.");
  if (count === 0) return passes("It waits for nothing.");
  if (task.unmet === 0 && !task.blocked) {
    return passes(count === 1 ? "Its dependency is met." : `All ${count} are met.`);
  }
  const direct = new Set(open.map(({ id }) => id));
  const rows = [...open, ...roots.filter(({ id }) => !direct.has(id))].map((other) => taskRow(other, now));
  const waits = count === 1 ? "Its dependency is not met" : `${task.unmet} of ${count} dependencies are not met`;
  if (!task.blocked)
    return holds(
      `${waits}: ${nameSome(
        open.map(({ title }) => title),
        task.unmet,
      )}.`,
      rows,
      task.unmet,
    );
  const cause =
    roots.length === 0
      ? "a long chain of blocked tasks"
      : nameSome(roots.map(({ title, status }) => `${title} ${status === "failed" ? "failed" : "was cancelled"}`));
  return holds(`${waits}, and cannot be: ${cause}.`, rows, Math.max(task.unmet, rows.length));
}

function when({ task, stopped, now }: WhyFacts): Judgement {
  const { when: condition } = task.needs;
  if (condition === "success") return passes("It runs when its dependencies have succeeded.");
  if (task.unmet > 0)
    return notReached(`It runs ${condition === "always" ? "however they end" : "if one of them fails"}.`);
  if (condition === "always") return passes("It runs however its dependencies ended.");
  const rows = stopped.map((other) => taskRow(other, now));
  if (stopped.length > 0) return passes("One of its dependencies did not succeed: it is needed.", rows);
  return holds("Nothing failed, so it is not needed and will be skipped.");
}

function retryTime({ task, now }: WhyFacts): Judgement {
  const { notBefore, attempts, maxAttempts, reason } = task;
  if (notBefore === null || notBefore <= now) return passes("It waits for no time.");
  const again = `Attempt ${attempts + 1} of ${maxAttempts} begins in ${ageWords(notBefore - now)}`;
  return holds(reason === null ? `${again}.` : `${again}. The last one: ${endOfSentence(reason)}`);
}

function plan({ plan: found, task, now, routing }: WhyFacts): Judgement {
  if (task.planId === null || found === null) {
    if (routing !== null) return routedToAgents(routing);
    return holds("It is in no plan, so no console starts it: a worker that asks for queued tasks takes it.");
  }
  const row: WhyRow = { kind: "plan", id: found.id, title: found.title, state: found.status, note: "" };
  if (!found.isOurs) {
    return holds("Another program made its plan and hands out its tasks: a worker of that program takes it.", [row]);
  }
  if (found.status !== "executing") return holds(`Its plan is ${found.status}, not executing.`, [row]);
  if (found.cancelRequestedAt !== null) return holds("Its plan is being cancelled.", [row]);
  if (found.pausedAt !== null) return holds(`Its plan has been paused for ${ageWords(now - found.pausedAt)}.`, [row]);
  return passes("Its plan is running, not paused.", [row]);
}

/** Of a task that another program wrote for whoever is good for something. */
function routedToAgents({ capabilities, isOn, plan: own }: RoutingFacts): Judgement {
  if (own !== null) {
    const row: WhyRow = { kind: "plan", id: own.id, title: own.title, state: own.status, note: "" };
    return passes("It was given to an agent: a plan of its own carries it out.", [row]);
  }
  const what = `It is in no plan and asks for whoever is good for ${capabilities.join(" and ")}`;
  const others = "Until then a worker that asks for queued tasks takes it.";
  return holds(
    isOn
      ? `${what}: the console gives it to an agent as soon as one could work. ${others}`
      : `${what}. Consoles give such tasks to agents only with the flag enable_agent_adapters, which is off. ${others}`,
  );
}

function planLimit({ plan: found, running, now }: WhyFacts): Judgement {
  const limit = found?.concurrency ?? null;
  if (found === null) return passes("It is in no plan that could set a limit.");
  if (limit === null) return passes("Its plan sets no limit.");
  const used = `${found.running} of ${limit} at once`;
  if (found.running < limit) return passes(used);
  return occupied(
    takenWords(limit, "place", "of its plan"),
    running.filter(({ planId }) => planId === found.id),
    { now, total: found.running },
  );
}

function group({ task, group: found, running, now }: WhyFacts): Judgement {
  const { group: name } = task.needs;
  if (name === null) return passes("It is in no group.");
  if (found === null) return passes(`Nothing of group ${name} runs.`);
  if (found.running < found.capacity)
    return passes(`${found.running} of ${found.capacity} places of ${name} are taken.`);
  return occupied(
    takenWords(found.capacity, "place", `of group ${name}`),
    running.filter((one) => one.group === name),
    { now, total: found.running },
  );
}

function occupied(
  detail: string,
  who: readonly RunningTask[],
  { now, total }: { readonly now: number; readonly total: number },
): Judgement {
  return holds(
    detail,
    who.map((one) => taskRow(one, now)),
    Math.max(total, who.length),
  );
}

function worker(facts: WhyFacts): Judgement {
  const { task, workers } = facts;
  if (needsNoSlot(facts)) return passes("It needs no worker.");
  if (isAnybodys(task.needs)) return passes("Any worker may run it.");
  const name = needName(task.needs);
  const able = workers.filter((one) => meets(task.needs, one));
  const live = able.filter(isLiveWorker);
  if (live.length > 0) return passes(`${countWords(live.length, "live worker")} can: ${name}.`, live.map(workerRow));
  const others = workers.filter((one) => isLiveWorker(one) && !meets(task.needs, one));
  const rows = [...able.map(workerRow), ...others.map((one) => lackingRow(one, facts))];
  const gone =
    able.length > 0
      ? ` ${countWords(able.length, "worker")} that could ${able.length === 1 ? "is" : "are"} not live.`
      : "";
  return holds(`No live worker has what it takes (${name}).${gone}`, rows);
}

function workerRow({ id, role, state, currentTaskTitle, capabilities }: WorkerRow): WhyRow {
  const note = currentTaskTitle === null ? capabilities.join(", ") : `runs ${currentTaskTitle}`;
  return { kind: "worker", id, title: `${id} (${role})`, state, note };
}

function lackingRow(one: WorkerRow, { task }: WhyFacts): WhyRow {
  const { role, capabilities } = task.needs;
  const lacks = [
    ...(role !== null && one.role !== role ? [`role ${role}`] : []),
    ...capabilities.filter((capability) => !one.capabilities.includes(capability)),
  ];
  return { ...workerRow(one), note: `lacks ${lacks.join(", ")}` };
}

/** The live workers that could run it. */
function candidates({ task, workers }: WhyFacts): WorkerRow[] {
  return workers.filter(
    (one) =>
      isLiveWorker(one) && meets(task.needs, one) && (isLocalWorker(one) || !isAnybodys(task.needs) || takesTasks(one)),
  );
}

function drained(facts: WhyFacts): Judgement {
  if (needsNoSlot(facts)) return passes("It needs no worker.");
  const able = candidates(facts);
  const resting = able.filter((one) => one.drained);
  if (able.length === 0) return notReached("There is no such worker.");
  if (resting.length === 0) return passes("No worker that could run it is drained.");
  const rows = resting.map((one): WhyRow => ({ ...workerRow(one), note: "drained: takes no further task" }));
  if (resting.length < able.length) return passes(`${resting.length} of ${able.length} workers are drained.`, rows);
  return holds(`Every worker that could run it is drained: ${nameSome(resting.map(({ id }) => id))}.`, rows);
}

const PROGRAMS: Readonly<Record<string, string>> = { window: "the window", cli: "a hive command" };

function dispatcher(facts: WhyFacts): Judgement {
  if (isForOthers(facts) && !needsNoSlot(facts)) return passes("Its worker takes it without a dispatcher.");
  const { dispatcher: found } = facts;
  if (found === null)
    return holds("Nobody starts tasks on this database: neither a window nor a hive command is open.");
  const { pid, host, program, alive, isHere } = found;
  const name = isHere ? "this console" : (PROGRAMS[program] ?? program);
  const row: WhyRow = {
    kind: "process",
    id: String(pid),
    title: `${name}, process ${pid} on ${host}`,
    state: null,
    note: "",
  };
  if (alive === false)
    return holds(`${name} (process ${pid}) started the tasks and is gone; nobody has taken over.`, [row]);
  if (alive === null) {
    return {
      verdict: "unknown",
      detail: `Process ${pid} on ${host} starts the tasks; whether it lives cannot be seen from here.`,
      rows: [row],
    };
  }
  return passes(`Tasks are started by ${name}, process ${pid}.`, [row]);
}

function runner(facts: WhyFacts): Judgement {
  if (isForOthers(facts) && !needsNoSlot(facts)) return passes("Its worker takes it without a dispatcher.");
  const { dispatcher: found, pausedReason } = facts;
  if (pausedReason !== null) return holds(pausedReason);
  if (found === null || found.alive === false) return notReached("Nobody starts tasks.");
  if (found.isHere) return passes("Nothing keeps it from starting tasks.");
  return heardOf(facts, found);
}

/** A dispatcher that a full disk or a lock keeps from starting tasks cannot write its heartbeats either. */
function heardOf({ workers, now }: WhyFacts, { pid, host }: DispatcherFacts): Judgement {
  const beats = workers.flatMap((one) => (one.pid === pid && one.host === host ? [one.lastHeartbeat ?? 0] : []));
  const latest = Math.max(...beats);
  if (beats.length === 0 || latest === 0) {
    return { verdict: "unknown", detail: "The process that starts the tasks has written no heartbeat yet." };
  }
  const age = ageWords(Math.max(0, now - latest));
  if (now - latest <= HEARTBEAT_LIMIT_MS) {
    return passes(`The process that starts the tasks can write: it was heard of ${age} ago.`);
  }
  return holds(
    `The process that starts the tasks has written nothing for ${age}: its disk may be full, or a lock held.`,
  );
}

function slots(facts: WhyFacts): Judgement {
  if (needsNoSlot(facts)) return passes("It needs no slot.");
  const { running, now, dispatcher: found, task } = facts;
  const able = candidates(facts).filter((one) => !one.drained);
  const own = found === null || found.alive === false || !meets(task.needs, LOCAL_SKILLS) ? 0 : found.slots;
  const total = own + able.filter((one) => !isLocalWorker(one)).length;
  if (total === 0) return notReached(isForOthers(facts) ? "There is no such worker." : "Nobody starts tasks.");
  const ids = new Set(able.map(({ id }) => id));
  const busy = running.filter(({ workerId }) => workerId !== null && ids.has(workerId));
  const kind = own > 0 ? "slot" : "worker";
  if (busy.length < total) {
    return passes(`${total - busy.length} of ${countWords(total, kind)} ${total === 1 ? "is" : "are"} free.`);
  }
  return occupied(takenWords(total, kind), busy, { now, total: busy.length });
}

function turn({ ahead, isReady }: WhyFacts): Judgement {
  if (!isReady || ahead === null) return notReached("It is not among the ready tasks.");
  if (ahead === 0) return passes("It is the next one.");
  const count = ahead >= MOST_AHEAD ? `More than ${MOST_AHEAD - 1} ready tasks` : countWords(ahead, "ready task");
  return holds(`${count} ${ahead === 1 ? "is" : "are"} before it: of higher priority, or older.`);
}

const GATES: ReadonlyArray<readonly [WhyGateName, string, Judge]> = [
  ["dependencies", "Dependencies", dependencies],
  ["when", "Condition", when],
  ["retry_time", "Retry time", retryTime],
  ["plan", "Plan", plan],
  ["plan_limit", "Plan concurrency", planLimit],
  ["group", "Group", group],
  ["worker", "Worker", worker],
  ["drained", "Drained workers", drained],
  ["dispatcher", "Dispatcher", dispatcher],
  ["runner", "Runner", runner],
  ["slots", "Slots", slots],
  ["turn", "Turn", turn],
];

/** The gates of a queued task, each asked, whatever those before it say. */
export function judgeGates(facts: WhyFacts): WhyGate[] {
  return GATES.map(([gate, title, judge]) => toGate(gate, title, judge(facts)));
}

/** The gates of a task that is past them, or that never came to them. */
export function sameForAll(verdict: "passes" | "not_reached", detail: string): WhyGate[] {
  return GATES.map(([gate, title]) => toGate(gate, title, { verdict, detail }));
}

export function toGate(gate: WhyGateName, title: string, { verdict, detail, rows = [], total }: Judgement): WhyGate {
  const shown = rows.slice(0, MOST_ROWS);
  return { gate, title, verdict, detail, rows: shown, more: Math.max(0, (total ?? rows.length) - shown.length) };
}
