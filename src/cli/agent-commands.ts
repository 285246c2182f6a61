import type { Command } from "commander";
import { type AgentPlace, checkAgents, getAgent, listAgents } from "../main/core/operations/agents";
import type { AgentDetail, AgentHealth } from "../shared/model/agent";
import { EXIT } from "./exit-codes";
import type { CommandSetting, DatabaseFlags } from "./operation-command";
import type { Output } from "./output";
import { column, plainText } from "./text";

const NOTES = `
Agents of your own are files, as docs/agents.md says: in DATABASE.agents beside a database, and in the folder
"agents" of the console's data. HIVE_LLM_ENDPOINT, HIVE_LLM_MODEL and HIVE_LLM_KEY_ENV (the name of the variable
that holds the key) set up all that ask a language model; hive agent show names the variables of one.

Exit codes of check: 0 all can work, 1 one cannot, 2 there is no such agent.
`;

const LOOKS = {
  healthy: { glyph: "✓", tone: "green" },
  degraded: { glyph: "!", tone: "yellow" },
  unhealthy: { glyph: "✗", tone: "red" },
} as const;

/** `hive agent ...`: who can carry out tasks, and whether it could now. */
export function addAgentCommands(
  program: Command,
  { outputs, addDatabaseOption, databaseFile, done }: CommandSetting,
): void {
  const { out } = outputs;
  const place = (flags: DatabaseFlags): AgentPlace => ({ databaseFile: databaseFile(flags), environment: process.env });
  const agent = program.command("agent").summary("list the agents, check that they can work").helpCommand(false);
  agent.description("Tells of the agents that carry out tasks.").addHelpText("after", NOTES);
  const command = (name: string, description: string) =>
    addDatabaseOption(agent.command(name).description(description));

  command("list", "Lists the agents.")
    .option("--json", "one JSON object a line")
    .action(async (flags: DatabaseFlags) => {
      for (const row of await listAgents(place(flags))) {
        const { id, capabilities, description, problem } = row;
        if (flags.json) out.line(JSON.stringify(row));
        else if (problem !== null) out.line(`${column(id, 12)}  ${out.paint("red", "broken")}: ${plainText(problem)}`);
        else out.line(`${column(id, 12)}  ${column(capabilities.join(", "), 20)}  ${plainText(description)}`);
      }
    });

  command("show", "Shows what an agent is told and what sets it up.")
    .argument("<id>", "its id, from hive agent list")
    .option("--json", "one JSON object")
    .action(async (id: string, flags: DatabaseFlags) => {
      const detail = await getAgent(place(flags), id);
      if (flags.json) out.line(JSON.stringify(detail));
      else printAgent(out, detail);
    });

  command("check", "Finds out whether agents could work now.")
    .argument("[id]", "only this one")
    .option("--json", "one JSON object a line")
    .action(async (id: string | undefined, flags: DatabaseFlags) => {
      const checks = await checkAgents(place(flags), id);
      for (const check of checks) {
        if (flags.json) out.line(JSON.stringify(check));
        else printHealth(out, check.id, check);
      }
      done(checks.some(({ status }) => status === "unhealthy") ? EXIT.failed : EXIT.ok);
    });
}

function printHealth(out: Output, name: string, { status, message }: AgentHealth): void {
  const { glyph, tone } = LOOKS[status];
  out.line(`${out.paint(tone, glyph)} ${column(name, 12)}  ${column(status, 9)}  ${plainText(message)}`);
}

function printAgent(out: Output, agent: AgentDetail): void {
  out.line(`${out.paint("bold", plainText(agent.title))}  ${agent.id}`);
  const field = (name: string, value: string | null) => {
    if (value) out.line(`  ${out.paint("grey", column(name, 12))}  ${plainText(value)}`);
  };
  const { settings } = agent;
  field("about", agent.description);
  field("problem", agent.problem);
  field("type", agent.type);
  field("good for", agent.capabilities.join(", "));
  field("file", agent.file ?? (agent.origin === "shipped" ? "comes with the program" : null));
  field("endpoint", settings?.endpoint ?? null);
  field("model", settings?.model ?? null);
  field("key in", settings?.keyEnv ?? null);
  field("runs", typeof settings?.run === "string" ? settings.run : (settings?.run?.join(" ") ?? null));
  field("temperature", settings?.temperature?.toString() ?? null);
  field("set up by", agent.variables.join(", "));
  if (!settings) return;
  if (settings.schema) {
    out.line();
    out.line(out.paint("grey", "Its answers fit"));
    for (const line of JSON.stringify(settings.schema, null, 2).split("\n")) out.line(`  ${plainText(line)}`);
  }
  out.line();
  out.line(out.paint("grey", "It is told"));
  for (const line of settings.prompt.split("\n")) out.line(`  ${plainText(line)}`.trimEnd());
}
