import { AGENT_CAPABILITIES, type AgentCapability } from "../../../shared/model/agent";
import { type AgentWork, approvalWork, httpWork, llmWork, programWork } from "../../../shared/model/agent-work";
import {
  type LateText,
  NO_RETRIES,
  ON_FAILURE,
  type RetryPolicy,
  SUBTASK_DEFAULTS,
  type SubtaskDefinition,
  WHEN,
} from "../../../shared/model/plan-definition";
import { integerOrNull, jsonObject } from "./columns";

/** What a task asks of its surroundings, and what its end means to the rest of its plan. */
export type TaskPlacement = Pick<SubtaskDefinition, "role" | "capabilities" | "group" | "onFailure" | "when">;

/** What a task runs, with the plan's defaults merged in and every path absolute. Fixed at launch. */
export interface TaskSpec extends AgentWork, TaskPlacement {
  readonly agent: string;
  readonly run: string | readonly string[] | null;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutMs: number | null;
  readonly retries: RetryPolicy;
  /** What an agent has to be good for; `agent` is the one that the latest attempt went to. Absent: `agent` it is. */
  readonly route?: readonly AgentCapability[];
  /** Absent: nothing is filled in when it starts. */
  readonly late?: LateText;
}

/** Null for a text that is no specification of ours. */
export function parseSpec(raw: unknown): TaskSpec | null {
  const fields = jsonObject(raw);
  const { agent, run, env, cwd, timeoutMs, retries } = fields;
  const late = parseLate(fields.late);
  if (typeof agent !== "string" || typeof cwd !== "string") return null;
  if (run !== null && typeof run !== "string" && !isStrings(run)) return null;
  const work = parseWork(agent, fields);
  if (work === null) return null;
  const policy = typeof retries === "object" && retries !== null ? new Map(Object.entries(retries)) : new Map();
  return {
    agent,
    run,
    ...work,
    env: stringsOf(env),
    cwd,
    timeoutMs: integerOrNull(timeoutMs),
    retries: {
      count: integerOrNull(policy.get("count")) ?? 0,
      backoffMs: integerOrNull(policy.get("backoffMs")) ?? 1_000,
      maxMs: integerOrNull(policy.get("maxMs")) ?? 300_000,
      jitter: shareOrNull(policy.get("jitter")) ?? NO_RETRIES.jitter,
      onExitCodes: integersOrNull(policy.get("onExitCodes")),
    },
    ...parsePlacement(fields),
    ...(isStrings(fields.route) && { route: AGENT_CAPABILITIES.filter((one) => isAmong(fields.route, one)) }),
    ...(late && { late }),
  };
}

const isAmong = (list: unknown, word: string): boolean => Array.isArray(list) && list.includes(word);

/** Defaults for what is not there. */
export function parsePlacement({ role, capabilities, group, onFailure, when }: Record<string, unknown>): TaskPlacement {
  return {
    role: typeof role === "string" ? role : SUBTASK_DEFAULTS.role,
    capabilities: isStrings(capabilities) ? capabilities : SUBTASK_DEFAULTS.capabilities,
    group: typeof group === "string" ? group : SUBTASK_DEFAULTS.group,
    onFailure: ON_FAILURE.find((known) => known === onFailure) ?? SUBTASK_DEFAULTS.onFailure,
    when: WHEN.find((known) => known === when) ?? SUBTASK_DEFAULTS.when,
  };
}

function parseLate(raw: unknown): LateText | null {
  if (typeof raw !== "object" || raw === null) return null;
  const { run, env, cwd, secrets } = Object.fromEntries(Object.entries(raw));
  return {
    run: run === true,
    env: isStrings(env) ? env : [],
    cwd: cwd === true,
    secrets: isStrings(secrets) ? secrets : [],
  };
}

const NO_WORK: AgentWork = {};

function parseWork(agent: string, fields: Readonly<Record<string, unknown>>): AgentWork | null {
  switch (agent) {
    case "command":
    case "noop":
      return NO_WORK;
    case "http": {
      const { data } = httpWork.safeParse(fields.http);
      return data ? { http: data } : null;
    }
    case "approval": {
      const { data } = approvalWork.safeParse(fields.approval);
      return data ? { approval: data } : null;
    }
    default: {
      const llm = llmWork.safeParse(fields.llm);
      if (llm.data) return { llm: llm.data };
      const program = programWork.safeParse(fields.program);
      return program.data ? { program: program.data } : null;
    }
  }
}

function shareOrNull(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value <= 1 ? value : null;
}

function integersOrNull(value: unknown): readonly number[] | null {
  return Array.isArray(value) ? value.flatMap((item) => integerOrNull(item) ?? []) : null;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function stringsOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
