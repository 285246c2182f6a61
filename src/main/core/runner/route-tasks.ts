import type { RoutedAgent } from "../../../shared/model/agent";
import { SETTINGS_OF_AGENT } from "../../../shared/model/agent-work";
import type { Environment } from "../agents/agent";
import type { FoundAgent } from "../agents/agent-folders";
import { createNamedAgent } from "../agents/named-agent";
import { checkHealth } from "../agents/registry";
import { nobodyWords, routeAgents } from "../agents/routing";
import { agentLoad, noteRoute } from "../store/agent-load";
import type { TaskSpec } from "../store/queue";
import type { Begun, ExecutorContext, RunnableClaim } from "./begun";
import type { Executor } from "./executor";
import { LOST, REFUSED } from "./persistence";

/** An agent that was asked lately is not asked again for each task. */
const FRESH_MS = 10_000;
/** Between two tries for a task that nobody can do now: from the first to the longest, doubled with each. */
const PATIENCE_MS = { first: 15_000, most: 900_000 } as const;

/**
 * Has tasks that name no agent go to the best one that is good for what they ask, chosen as an attempt starts: by health,
 * then by load. Where nobody can, the task waits, and its reason says who could and why not. Whom an attempt goes to is
 * noted before it starts, for the next console.
 */
export function routeTasks(executor: Executor, context: ExecutorContext, environment: Environment): Executor {
  const { store, persistence } = context;
  const asked = new Map<
    string,
    { readonly at: number; readonly health: Promise<Pick<RoutedAgent, "status" | "message">> }
  >();
  let choosing: Promise<unknown> = Promise.resolve();

  const check = (found: FoundAgent) => {
    const now = store.clock.monotonic();
    const key = JSON.stringify([found.id, found.file, found.profile]);
    const known = asked.get(key);
    if (known !== undefined && now - known.at < FRESH_MS) return known.health;
    const health = checkHealth(createNamedAgent(found, environment));
    asked.set(key, { at: now, health });
    return health;
  };

  const choose = async (claim: RunnableClaim): Promise<RunnableClaim | Begun> => {
    const { route: capabilities = [] } = claim.spec;
    const request = { databaseFile: store.file, environment, capabilities, load: agentLoad(store.read), check };
    const candidates = await routeAgents(request);
    const [best] = candidates;
    if (best === undefined || best.status === "unhealthy") {
      const delayMs = Math.min(PATIENCE_MS.most, PATIENCE_MS.first * 2 ** (claim.runNumber - 1));
      return { kind: "postponed", why: nobodyWords(capabilities, candidates), delayMs };
    }
    const spec = specFor(claim.spec, best);
    const noted = await persistence.persist((tx) => noteRoute(tx, claim.taskId, spec), { task_id: claim.taskId });
    if (noted === LOST || noted === REFUSED) return { kind: "lost" };
    return { ...claim, agent: best.id, spec };
  };

  return {
    ...executor,
    async start(claim) {
      if (claim.spec.route === undefined) return executor.start(claim);
      // One after the other: each counts what the ones before it gave an agent to do.
      const chosen = choosing.then(() => choose(claim));
      choosing = chosen.catch(() => undefined);
      const result = await chosen;
      return "kind" in result ? result : executor.start(result);
    },
  };
}

/** The same work for an agent of another kind. */
function specFor(spec: TaskSpec, { id, type }: { readonly id: string; readonly type: "llm" | "command" }): TaskSpec {
  const { llm, program, ...rest } = spec;
  const prompt = llm?.prompt ?? program?.prompt ?? "";
  if (type === "command") return { ...rest, agent: id, program: { prompt } };
  return { ...rest, agent: id, llm: llm ?? { ...SETTINGS_OF_AGENT, prompt } };
}
