import type { Planner } from "../../../shared/model/planning";
import { agentFolders, type FoundAgent, listAgentFiles } from "../agents/agent-folders";
import { type AgentPlace, checkAgents } from "./agents";

/** Agents whose answers are subtasks: others plan as well, a strategy, say. */
export async function idsOfPlanners(databaseFile: string): Promise<ReadonlySet<string>> {
  return new Set((await planners(databaseFile)).map(({ id }) => id));
}

/** The same, each with whether it could plan now. Takes at most five seconds. */
export async function listPlanners({ databaseFile, environment }: AgentPlace): Promise<Planner[]> {
  return Promise.all(
    (await planners(databaseFile)).map(async ({ id, profile }): Promise<Planner> => {
      const [check] = await checkAgents({ databaseFile, environment }, id);
      const { status, message } = check ?? { status: "unhealthy" as const, message: "It could not be asked." };
      return { id, title: profile?.title ?? id, status, message };
    }),
  );
}

async function planners(databaseFile: string): Promise<FoundAgent[]> {
  const found = await listAgentFiles(agentFolders(databaseFile));
  return found.filter(({ profile }) => {
    if (profile === null || !profile.capabilities.includes("plan")) return false;
    const properties = profile.type === "llm" ? profile.schema?.properties : undefined;
    return (
      typeof properties === "object" && properties !== null && ("sub_tasks" in properties || "subtasks" in properties)
    );
  });
}
