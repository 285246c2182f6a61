import deployer from "../../../../resources/agents/ai-deployer.md?raw";
import planner from "../../../../resources/agents/ai-planner.md?raw";
import reviewer from "../../../../resources/agents/ai-reviewer.md?raw";
import ceo from "../../../../resources/agents/ceo.md?raw";
import cfo from "../../../../resources/agents/cfo.md?raw";
import cmo from "../../../../resources/agents/cmo.md?raw";
import coo from "../../../../resources/agents/coo.md?raw";
import cto from "../../../../resources/agents/cto.md?raw";
import guardian from "../../../../resources/agents/guardian.md?raw";
import coder from "../../../../resources/agents/hive-coder.md?raw";

/** The files of `resources/agents` by their names, bundled: wherever the program runs, its agents are there. */
export const SHIPPED_AGENT_FILES: ReadonlyMap<string, string> = new Map([
  ["ai-deployer.md", deployer],
  ["ai-planner.md", planner],
  ["ai-reviewer.md", reviewer],
  ["ceo.md", ceo],
  ["cfo.md", cfo],
  ["cmo.md", cmo],
  ["coo.md", coo],
  ["cto.md", cto],
  ["guardian.md", guardian],
  ["hive-coder.md", coder],
]);
