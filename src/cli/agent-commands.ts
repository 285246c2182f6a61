import type { Command } from "commander";
import type { AgentHealth } from "../main/core/agents/agent";
import { createLocalAgents } from "../main/core/agents/local-agents";
import { checkHealth } from "../main/core/agents/registry";
import { HiveError } from "../shared/errors";
import { EXIT, type ExitCode } from "./exit-codes";
import type { Output, Outputs } from "./output";
import { column, plainText } from "./text";

const NOTES = `
The default of llm is set by HIVE_LLM_ENDPOINT, HIVE_LLM_MODEL and HIVE_LLM_KEY_ENV (the name of the variable
that holds the key).

Exit codes of check: 0 all can work, 1 one cannot, 2 there is no such agent.
`;

const LOOKS = {
  healthy: { glyph: "✓", tone: "green" },
  degraded: { glyph: "!", tone: "yellow" },
  unhealthy: { glyph: "✗", tone: "red" },
} as const;

interface JsonFlag {
  readonly json?: boolean;
}

/** `hive agent ...`: who can carry out tasks, and whether it could now. */
export function addAgentCommands(
  program: Command,
  { outputs, done }: { readonly outputs: Outputs; readonly done: (code: ExitCode) => void },
): void {
  const { out } = outputs;
  const agent = program.command("agent").summary("list the agents, check that they can work").helpCommand(false);
  agent.description("Tells of the agents that carry out tasks.").addHelpText("after", NOTES);
  agent
    .command("list")
    .description("Lists the agents.")
    .option("--json", "one JSON object a line")
    .action(({ json }: JsonFlag) => {
      for (const info of createLocalAgents(process.env).listInfo()) {
        if (json) out.line(JSON.stringify(info));
        else out.line(`${column(info.id, 10)}  ${column(info.capabilities.join(", "), 14)}  ${info.description}`);
      }
    });
  agent
    .command("check")
    .description("Finds out whether agents could work now.")
    .argument("[id]", "only this one")
    .option("--json", "one JSON object a line")
    .action(async (id: string | undefined, { json }: JsonFlag) => {
      const checks = await healthOf(id);
      for (const [name, health] of checks) {
        if (json) out.line(JSON.stringify({ id: name, ...health }));
        else printHealth(out, name, health);
      }
      done([...checks.values()].some(({ status }) => status === "unhealthy") ? EXIT.failed : EXIT.ok);
    });
}

async function healthOf(id: string | undefined): Promise<Map<string, AgentHealth>> {
  const agents = createLocalAgents(process.env);
  if (id === undefined) return agents.healthCheckAll();
  const agent = agents.get(id);
  if (agent) return new Map([[id, await checkHealth(agent)]]);
  const known = agents.listAgentIds().join(", ");
  throw new HiveError("not_found", `There is no agent "${id}". Known are ${known}.`, { id });
}

function printHealth(out: Output, name: string, { status, message }: AgentHealth): void {
  const { glyph, tone } = LOOKS[status];
  out.line(`${out.paint(tone, glyph)} ${column(name, 10)}  ${column(status, 9)}  ${plainText(message)}`);
}
