import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { HttpWork, PollWork } from "../../../shared/model/agent-work";
import { type Agent, type AgentTask, defineAgent, FinalFailure, healthy, WorkFailure } from "./agent";
import { pointerPath, valueAt } from "./pointer";
import { type Body, httpUrl, readBody, readKey, send, snippet, traceHeaders } from "./request";

/** Sent twice they do what they do once (RFC 9110). */
const REPEATABLE: ReadonlySet<HttpWork["method"]> = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]);

/** Passing troubles in a row that end the patience with a job's address. */
const PATIENCE = 5;

const accepted = z.object({ pollUrl: z.string() });

/** Sends a request and, where the answer only says "accepted", follows the job to its end. */
export const httpAgent: Agent = defineAgent({
  id: "http",
  type: "http",
  capabilities: ["custom"],
  description: "Sends a request; the answer is the result.",
  execute,
  isRepeatable: ({ http }) => http !== undefined && REPEATABLE.has(http.method),
  healthCheck: async () => healthy("Each plan names the addresses itself; there is nothing to set."),
});

async function execute(task: AgentTask): Promise<string | null> {
  const { http } = task.work;
  if (!http) throw new FinalFailure(`Subtask "${task.subtaskId}" does not say what to request. Give it "http".`);
  const url = httpUrl(http.url);
  const key = readKey(http.keyEnv, task.environment);
  const { data: job } = accepted.safeParse(task.progress);
  if (job && http.poll) return follow(task, jobAt(httpUrl(job.pollUrl), http, http.poll, { url, key }));

  const answer = await ask(task, http, { method: http.method, url, key, body: http.body });
  if (!isExpected(answer.status, http.expect)) throw unexpected(answer);
  if (http.poll === null) return resultOf(answer, http.result);
  const pollUrl = valueAt(jsonOf(answer), pointerPath(http.poll.url));
  if (typeof pollUrl !== "string") {
    throw new WorkFailure(`The answer of ${url.host} names no address to ask at ${http.poll.url}: ${inShort(answer)}`);
  }
  const address = httpUrl(pollUrl, url);
  await task.saveProgress({ pollUrl: address.href });
  return follow(task, jobAt(address, http, http.poll, { url, key }));
}

interface Job {
  readonly url: URL;
  readonly key: string | null;
  readonly http: HttpWork;
  readonly poll: PollWork;
}

/** Keys and headers are for the host that they were given to, and for no other that its answer names. */
function jobAt(
  address: URL,
  http: HttpWork,
  poll: PollWork,
  { url, key }: { readonly url: URL; readonly key: string | null },
): Job {
  if (address.origin === url.origin) return { url: address, key, http, poll };
  return { url: address, key: null, http: { ...http, headers: {} }, poll };
}

interface Answer {
  readonly host: string;
  readonly status: number;
  readonly type: string;
  readonly body: Body;
}

interface Question {
  readonly method: string;
  readonly url: URL;
  readonly key: string | null;
  /** Text, any JSON value, or null. */
  readonly body: unknown;
}

async function ask(task: AgentTask, http: HttpWork, { method, url, key, body }: Question): Promise<Answer> {
  const signal = AbortSignal.any([task.signal, AbortSignal.timeout(http.timeoutMs)]);
  const isText = typeof body === "string";
  const headers = new Headers(body === null ? {} : { "content-type": isText ? "text/plain" : "application/json" });
  for (const [name, value] of Object.entries({ ...http.headers, ...traceHeaders(task.runId, task.correlationId) })) {
    setHeader(headers, name, value);
  }
  const text = body === null ? null : isText ? body : JSON.stringify(body);
  task.log.line(`> ${method} ${url.href}${text === null ? "" : ` (${Buffer.byteLength(text)} bytes)`}`);
  const begun = performance.now();
  const response = await send({ method, url, headers: Object.fromEntries(headers), body: text, key, signal });
  const read = await readBody(response, url, task.resultFile, signal);
  const type = response.headers.get("content-type") ?? "";
  const took = Math.round(performance.now() - begun);
  task.log.line(`< ${response.status} ${response.statusText} (${type || "no type"}, ${read.bytes} bytes, ${took} ms)`);
  return { host: url.host, status: response.status, type, body: read };
}

function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    throw new FinalFailure(`The header "${name}" holds characters that no header can: correct it.`);
  }
}

function isExpected(status: number, expect: readonly number[] | null): boolean {
  return expect === null ? status >= 200 && status < 300 : expect.includes(status);
}

function unexpected(answer: Answer): WorkFailure {
  return new WorkFailure(`${answer.host} answered ${answer.status}: ${inShort(answer)}`);
}

function inShort({ body }: Answer): string {
  if (body.kind === "file") return `${body.bytes} bytes, kept in ${body.path}`;
  return body.text.trim() === "" ? "an empty answer" : snippet(body.text);
}

/** Asks a job's address until it is done. */
async function follow(task: AgentTask, { url, key, http, poll }: Job): Promise<string | null> {
  let troubles = 0;
  for (;;) {
    await delay(poll.intervalMs, undefined, { signal: task.signal });
    let answer: Answer;
    try {
      answer = await ask(task, http, { method: "GET", url, key, body: null });
      if (answer.status === 429 || answer.status >= 500) throw unexpected(answer);
    } catch (error) {
      troubles += 1;
      if (!(error instanceof WorkFailure) || troubles >= PATIENCE) throw error;
      task.log.line(`! ${error.message} Trouble ${troubles} of ${PATIENCE}`);
      continue;
    }
    troubles = 0;
    if (!isExpected(answer.status, http.expect === null ? null : [200, ...http.expect])) throw unexpected(answer);
    const status = valueAt(jsonOf(answer), pointerPath(poll.status));
    task.log.line(`  ${poll.status} is ${JSON.stringify(status) ?? "missing"}`);
    if (status === poll.until) return resultOf(answer, http.result);
    if (poll.fail.some((value) => value === status)) {
      throw new WorkFailure(`The job at ${url.href} ended as ${JSON.stringify(status)}: ${inShort(answer)}`);
    }
  }
}

function jsonOf(answer: Answer): unknown {
  const { body, host } = answer;
  if (body.kind === "file") {
    throw new WorkFailure(`The answer of ${host} is too large to be looked into (${inShort(answer)}).`);
  }
  try {
    return JSON.parse(body.text);
  } catch {
    throw new WorkFailure(`The answer of ${host} is not JSON: ${inShort(answer)}`);
  }
}

/** An answer that says nothing of its type is JSON when it looks so. */
function resultOf(answer: Answer, pointer: string | null): string | null {
  const { body, type, host } = answer;
  if (pointer !== null) {
    const value = valueAt(jsonOf(answer), pointerPath(pointer));
    if (value === undefined)
      throw new WorkFailure(`The answer of ${host} has nothing at ${pointer}: ${inShort(answer)}`);
    return JSON.stringify(value);
  }
  if (body.kind === "file") return JSON.stringify({ $file: body.path, bytes: body.bytes });
  if (body.text.trim() === "") return null;
  if (/[/+]json\b/i.test(type)) return JSON.stringify(jsonOf(answer));
  if (type !== "") return JSON.stringify(body.text);
  try {
    return JSON.stringify(JSON.parse(body.text));
  } catch {
    return JSON.stringify(body.text);
  }
}
