import { Argument, type Command, InvalidArgumentError } from "commander";
import { getAgentCourses } from "../main/core/operations/agent-course";
import { agentChecks, routeTo } from "../main/core/operations/agent-history";
import { type AgentPlace, checkAgents, findAgent, getAgent, listAgents } from "../main/core/operations/agents";
import { formatTime } from "../main/core/store/time";
import {
  AGENT_CAPABILITIES,
  type AgentCapability,
  type AgentCheckPoint,
  type AgentDetail,
  type AgentHealth,
} from "../shared/model/agent";
import { type AgentCourse, COURSE_RANGE_NAMES, type CourseRange } from "../shared/model/agent-course";
import { EXIT } from "./exit-codes";
import { type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import type { Output } from "./output";
import { column, plainText } from "./text";

const NOTES = `
Agents of your own are files, as docs/agents.md says: in DATABASE.agents beside a database, and in the folder
"agents" of the console's data. HIVE_LLM_ENDPOINT, HIVE_LLM_MODEL and HIVE_LLM_KEY_ENV (the name of the variable
that holds the key) set up all that ask a language model; hive agent show names the variables of one.

Exit codes of check: 0 all can work, 1 one cannot, 2 there is no such agent; of route: 0 one could work now, 1 none.
`;

const LOOKS = {
  healthy: { glyph: "✓", tone: "green" },
  degraded: { glyph: "!", tone: "yellow" },
  unhealthy: { glyph: "✗", tone: "red" },
} as const;

const LAYERS = {
  "built-in": "the built-in one",
  program: "the one that comes with the program",
  user: "the user's",
  database: "the database's",
} as const;

/** `hive agent ...`: who can carry out tasks, and whether it could now. */
export function addAgentCommands(program: Command, setting: CommandSetting): void {
  const { outputs, addDatabaseOption, databaseFile, done } = setting;
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

  command("history", "Shows how an agent was found when it was checked, and what its attempts came to.")
    .argument("<id>", "its id, from hive agent list")
    .option("--range <range>", `how far back attempts are counted: ${COURSE_RANGE_NAMES.join(", ")}`, parseRange, "24h")
    .option("--json", "one JSON object")
    .action((id: string, flags: HistoryFlags) =>
      looking(setting, flags, async (store) => {
        await findAgent(place(flags), id);
        const checks = agentChecks(store, { id, limit: MOST_CHECKS });
        const { agents } = await getAgentCourses(store, { range: flags.range });
        const course = agents.find(({ agent: name }) => name === id) ?? null;
        if (flags.json) out.line(JSON.stringify({ id, checks, course }));
        else printHistory(out, checks, course, flags.range);
        return undefined;
      }),
    );

  command("route", "Names the agents that are good for something, the one that a task would go to first.")
    .addArgument(new Argument("<capability...>", "what it must be good for, all of it").argParser(collectCapability))
    .option("--json", "one JSON object a line")
    .action((capabilities: readonly AgentCapability[], flags: DatabaseFlags) =>
      looking(setting, flags, async (store) => {
        const routed = await routeTo(store, place(flags), capabilities);
        for (const agent of routed) {
          if (flags.json) out.line(JSON.stringify(agent));
          else printHealth(out, agent.id, agent);
        }
        if (routed.length === 0) outputs.err.line(`No agent is good for ${capabilities.join(" and ")}.`);
        return routed.some(({ status }) => status !== "unhealthy") ? EXIT.ok : EXIT.failed;
      }),
    );
}

interface HistoryFlags extends DatabaseFlags {
  readonly range: CourseRange;
}

const MOST_CHECKS = 50;

function parseRange(text: string): CourseRange {
  const range = COURSE_RANGE_NAMES.find((known) => known === text);
  if (range) return range;
  throw new InvalidArgumentError(`Give ${COURSE_RANGE_NAMES.join(", ")}.`);
}

function collectCapability(text: string, given: readonly AgentCapability[] = []): AgentCapability[] {
  const known = AGENT_CAPABILITIES.find((one) => one === text);
  if (known) return [...given, known];
  throw new InvalidArgumentError(`Known are ${AGENT_CAPABILITIES.join(", ")}.`);
}

function printHistory(
  out: Output,
  checks: readonly AgentCheckPoint[],
  course: AgentCourse | null,
  range: CourseRange,
): void {
  if (course === null) out.line(`No attempts in the last ${range}.`);
  else {
    const { ended, succeeded, running, p50, p95 } = course;
    const share = ended === 0 ? "" : `, ${Math.floor((succeeded * 100) / ended)} % succeeded`;
    const took = p50 === null || p95 === null ? "" : `, P50 ${p50} ms, P95 ${p95} ms`;
    out.line(
      `${ended} ${ended === 1 ? "attempt" : "attempts"} ended in the last ${range}${share}${took}, ${running} running.`,
    );
  }
  if (checks.length === 0)
    out.line("Nobody has checked it yet: the console that starts the tasks does, or its window.");
  for (const { at, status, message } of checks) printHealth(out, formatTime(at), { status: statusOf(status), message });
}

const statusOf = (status: string): AgentHealth["status"] =>
  status === "healthy" || status === "degraded" ? status : "unhealthy";

function printHealth(out: Output, name: string, { status, message }: Pick<AgentHealth, "status" | "message">): void {
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
  for (const { line, message } of agent.findings) field(`line ${line}`, message);
  for (const { layer, file } of agent.hides) field("instead of", file ?? LAYERS[layer]);
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
