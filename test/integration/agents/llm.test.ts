import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../../src/main/core/store/open";
import type { LlmWork } from "../../../src/shared/model/agent-work";
import { waitFor } from "../../helpers/wait";
import { Bench, logOf, runOf, type Subtask, untilEnded } from "../runner/setup";
import { json, type Reply, silence, startServer, type TestServer } from "./server";

let bench: Bench;
let store: Store;
let server: TestServer;

beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
  server = await startServer(stream(["Hello", ", bee"]));
});
afterEach(async () => {
  await bench.close();
  await server.close();
  delete process.env.TEST_LLM_KEY;
});

const usage = { prompt_tokens: 11, completion_tokens: 7 };

/** Streams these pieces as an OpenAI-compatible server does. */
function stream(pieces: readonly string[], finish = "stop"): Reply {
  return (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const event = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`);
    for (const content of pieces) event({ model: "bee-1", choices: [{ delta: { content } }] });
    event({ model: "bee-1", choices: [{ delta: {}, finish_reason: finish }] });
    event({ model: "bee-1", choices: [], usage });
    response.end("data: [DONE]\n\n");
  };
}

const subtask = (more: Partial<LlmWork> = {}, rest: Partial<Subtask> = {}): Subtask => ({
  id: "ask",
  agent: "llm",
  llm: {
    endpoint: `${server.origin}/v1/`,
    model: "bee",
    keyEnv: null,
    system: "Be brief.",
    prompt: "Say hello.",
    temperature: null,
    maxTokens: null,
    schema: null,
    ...more,
  },
  ...rest,
});

async function ask(more: Partial<LlmWork> = {}, rest: Partial<Subtask> = {}) {
  bench.start(store);
  const planId = await bench.launch(store, [subtask(more, rest)]);
  await untilEnded(store, planId);
  const only = runOf(store, planId, "ask");
  if (!only) throw new Error("no run");
  return { ...only, planId, log: logOf(only), answer: JSON.parse(only.result ?? "null") };
}

const schema = {
  type: "object",
  required: ["grave"],
  properties: { grave: { type: "boolean" } },
  additionalProperties: false,
};

describe("a question", () => {
  it("is asked as the plan says; text, tokens and time are kept", async () => {
    process.env.TEST_LLM_KEY = "sk-very-secret";
    const done = await ask({ temperature: 0.5, maxTokens: 50, keyEnv: "TEST_LLM_KEY" });
    expect(done.status).toBe("success");
    expect(done.answer).toEqual({
      output: "Hello, bee",
      meta: {
        model: "bee-1",
        promptTokens: 11,
        completionTokens: 7,
        latencyMs: expect.any(Number),
        firstTokenMs: expect.any(Number),
      },
    });
    const [request] = server.requests;
    expect(request?.url).toBe("/v1/chat/completions");
    expect(request?.headers.authorization).toBe("Bearer sk-very-secret");
    expect(request?.headers.traceparent).toContain(done.planId.replaceAll("-", ""));
    expect(JSON.parse(request?.body ?? "")).toEqual({
      model: "bee",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Say hello." },
      ],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.5,
      max_tokens: 50,
    });
    expect(done.log).toContain("\nHello, bee\n< 7 tokens");
    expect(done.log).not.toContain("sk-very-secret");
  });

  it("has its words in the log while they come", async () => {
    let end: () => void = () => undefined;
    server.reply((request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      // Cut in the middle of a character and of a line: pieces of the net are not pieces of the answer.
      const bytes = Buffer.from(`data: ${JSON.stringify({ choices: [{ delta: { content: "Grüße" } }] })}\n`);
      response.write(bytes.subarray(0, 42));
      setImmediate(() => response.write(bytes.subarray(42)));
      end = () => {
        response.write('data: {"choices":[{"delta":{"content":"!"},"finish_reason":"stop"}]}\n\n');
        response.end();
        return void request;
      };
    });
    bench.start(store);
    const planId = await bench.launch(store, [subtask()]);
    await waitFor("the first words", () => logOf(runOf(store, planId, "ask")).includes("Grüße"));
    expect(runOf(store, planId, "ask")?.status).toBe("running");
    end();
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(JSON.parse(runOf(store, planId, "ask")?.result ?? "")).toMatchObject({
      output: "Grüße!",
      meta: { completionTokens: null, model: "bee" },
    });
  });

  it("may be answered whole", async () => {
    server.reply(json({ model: "m", choices: [{ message: { content: "Whole" }, finish_reason: "stop" }], usage }));
    expect((await ask()).answer).toMatchObject({ output: "Whole", meta: { promptTokens: 11 } });
  });

  it("with a schema is answered with JSON that fits, in a fence or not", async () => {
    server.reply(stream(['{"grave"', ":true}"]));
    expect((await ask({ schema })).answer.output).toEqual({ grave: true });
    expect(JSON.parse(server.requests[0]?.body ?? "").response_format).toEqual({
      type: "json_schema",
      json_schema: { name: "answer", schema },
    });
    server.reply(stream(['```json\n{"grave":false}\n```']));
    expect((await ask({ schema })).answer.output).toEqual({ grave: false });
  });

  it("is asked again by the next console when this one ends", async () => {
    server.reply(silence);
    const first = bench.start(store);
    const planId = await bench.launch(store, [subtask()]);
    await waitFor("the question", () => server.requests.length === 1);
    await first.stop({ tasks: "leave" });
    server.reply(stream(["again"]));
    bench.start(await bench.open());
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runOf(store, planId, "ask")).toMatchObject({ number: 1, status: "success" });
  });
});

describe("a server that behaves badly", () => {
  it.each<[string, Reply, RegExp]>([
    ["refuses", json({ error: { message: "no such model" } }, 404), /answered 404: .*no such model/],
    ["breaks", (_, response) => response.writeHead(500).end(), /answered 500: an empty answer/],
    ["answers with a page", (_, response) => response.writeHead(200).end("<html>"), /not answer as a chat.*<html>/],
    ["answers with other JSON", json({ hello: 1 }), /does not answer as a chat endpoint does/],
    ["reports an error within its stream", errorInStream, /: overloaded$/],
    ["ends without an end", cutStream(false), /ended before the model had finished/],
    ["is cut off", cutStream(true), /the connection was cut off/],
    ["reaches its limit of tokens", stream(["Hel"], "length"), /raise "max_tokens"/],
    ["never stops", endless, /longer than 2 MB/],
  ])("%s: the attempt fails and says why", async (_, reply, says) => {
    server.reply(reply);
    const done = await ask();
    expect(done).toMatchObject({ status: "failure", result: null });
    expect(done.error).toMatch(says);
    expect(done.log).toContain("! ");
  });

  it.each([
    ["It is grave.", "The model's answer is not JSON: It is grave."],
    ['{"grave":"very"}', '"grave" of the answer does not fit the schema'],
    ['{"grave":true,"more":1}', "The answer does not fit the schema"],
  ])("answers %s where a schema asks otherwise", async (text, says) => {
    server.reply(stream([text]));
    expect((await ask({ schema })).error).toContain(says);
  });

  it("is too slow", async () => {
    server.reply(silence);
    expect((await ask({}, { timeoutMs: 60 })).status).toBe("timeout");
  });
});

it("says which variable of a key is missing, and that no model is named", async () => {
  expect((await ask({ keyEnv: "TEST_LLM_KEY" })).error).toContain("TEST_LLM_KEY, which is to hold the key, is not set");
  expect((await ask({ model: null })).error).toContain("HIVE_LLM_MODEL");
  expect(server.requests).toEqual([]);
});

function errorInStream(_: unknown, response: Parameters<Reply>[1]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end('data: {"error":{"message":"overloaded"}}\n\n');
}

function cutStream(hard: boolean): Reply {
  return (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n', () => {
      if (hard) response.destroy();
      else response.end();
    });
  };
}

function endless(_: unknown, response: Parameters<Reply>[1]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const piece = `data: ${JSON.stringify({ choices: [{ delta: { content: "x".repeat(10_000) } }] })}\n\n`;
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
    if (!response.destroyed) response.once("drain", more);
  };
  more();
}
