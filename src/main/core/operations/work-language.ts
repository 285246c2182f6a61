import type { TaskEdit } from "../../../shared/control-contract";
import type { AgentWork, HttpWork, LlmWork } from "../../../shared/model/agent-work";
import type { LateText, RetryPolicy } from "../../../shared/model/plan-definition";
import type { TaskSpec } from "../store/task-spec";

/** Filled in by the console for the plan's parameters, matrices and results; not the author's to change. */
const OURS = /^HIVE_(PARAM|MATRIX|RESULT)_/i;

/** What a task runs as its plan would say it: what is not the default, with final texts written so that they stay. */
export function workLanguage(spec: TaskSpec): TaskEdit {
  const { run, timeoutMs, retries, late } = spec;
  const own = Object.entries(spec.env).filter(([name]) => !OURS.test(name));
  const env = Object.fromEntries(own.map(([name, value]) => [name, late?.env.includes(name) ? value : escaped(value)]));
  const words = Array.isArray(run) ? run.map((word: string) => (late?.run ? word : escaped(word))) : null;
  return withoutNulls({
    run: typeof run === "string" ? escaped(run) : words,
    ...agentWork(spec),
    env: own.length > 0 ? env : null,
    cwd: late?.cwd ? spec.cwd : escaped(spec.cwd),
    timeout: timeoutMs === null ? null : duration(timeoutMs),
    retries: retries.count > 0 ? retryLanguage(retries) : null,
  });
}

/** Text that holds what looks like an expression, so that it is read as text again. */
function escaped(text: string): string {
  return text.replaceAll("${{", (opening) => `$${opening}`);
}

function agentWork({ agent, http, llm, approval, program }: AgentWork & { readonly agent: string }): TaskEdit {
  if (http) return { http: httpLanguage(http) };
  if (approval) return { approval: { instructions: escaped(approval.instructions) } };
  if (llm && agent === "llm") return { llm: llmLanguage(llm) };
  const prompt = llm?.prompt ?? program?.prompt;
  return prompt === undefined ? {} : { prompt };
}

function httpLanguage({ method, url, headers, body, keyEnv, timeoutMs, expect, result, poll }: HttpWork): TaskEdit {
  return withoutNulls({
    method,
    url,
    headers: Object.keys(headers).length > 0 ? headers : null,
    body,
    key_env: keyEnv,
    timeout: duration(timeoutMs),
    expect,
    result,
    poll: poll && {
      url: poll.url,
      interval: duration(poll.intervalMs),
      status: poll.status,
      until: poll.until,
      ...(poll.fail.length > 0 && { fail: poll.fail }),
    },
  });
}

function llmLanguage({ endpoint, model, keyEnv, system, prompt, temperature, maxTokens, schema }: LlmWork): TaskEdit {
  return withoutNulls({ endpoint, model, key_env: keyEnv, system, prompt, temperature, max_tokens: maxTokens, schema });
}

function retryLanguage({ count, backoffMs, maxMs, jitter, onExitCodes }: RetryPolicy): TaskEdit {
  return withoutNulls({
    count,
    backoff: duration(backoffMs),
    max: duration(maxMs),
    jitter,
    on_exit_codes: onExitCodes,
  });
}

function duration(ms: number): string {
  return `${ms}ms`;
}

/** As it comes out of JSON again. */
function withoutNulls(fields: Readonly<Record<string, unknown>>): TaskEdit {
  const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return JSON.parse(JSON.stringify(Object.fromEntries(given)));
}

/** The variables that an edit leaves alone. */
export function oursOf(env: TaskSpec["env"]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => OURS.test(name)));
}

/** What is filled in late after an edit: as the edited subtask says, and what the console's own variables need. */
export function lateAfter(edited: LateText | undefined, before: LateText | undefined): LateText | undefined {
  const late = {
    run: edited?.run ?? false,
    env: [...new Set([...(edited?.env ?? []), ...(before?.env ?? []).filter((name) => OURS.test(name))])],
    cwd: edited?.cwd ?? false,
    secrets: [...new Set([...(edited?.secrets ?? []), ...(before?.secrets ?? [])])],
  };
  return late.run || late.cwd || late.env.length > 0 || late.secrets.length > 0 ? late : undefined;
}
