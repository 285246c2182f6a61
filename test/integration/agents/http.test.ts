// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions are written so in plans

import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../../src/main/core/store/open";
import { requestStop } from "../../../src/main/core/store/queue";
import type { HttpWork } from "../../../src/shared/model/agent-work";
import { NO_RETRIES } from "../../../src/shared/model/plan-definition";
import { bundleForNode } from "../../helpers/bundle";
import { filesWith } from "../../helpers/files-with";
import { waitFor } from "../../helpers/wait";
import { Bench, logOf, runOf, runsOf, type Subtask, untilEnded } from "../runner/setup";
import { json, silence, startServer, type TestServer } from "./server";

let bench: Bench;
let store: Store;
let server: TestServer;

beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
  server = await startServer(json({ ok: true }));
});
afterEach(async () => {
  await bench.close();
  await server.close();
  delete process.env.TEST_HTTP_KEY;
});

const work = (more: Partial<HttpWork> = {}): HttpWork => ({
  method: "GET",
  url: `${server.origin}/thing`,
  headers: {},
  body: null,
  keyEnv: null,
  timeoutMs: 5_000,
  expect: null,
  result: null,
  poll: null,
  ...more,
});

const subtask = (more: Partial<HttpWork> = {}, rest: Partial<Subtask> = {}): Subtask => ({
  id: "call",
  agent: "http",
  http: work(more),
  ...rest,
});

/** Runs one request to its end. */
async function run(more: Partial<HttpWork> = {}, rest: Partial<Subtask> = {}) {
  bench.start(store);
  const planId = await bench.launch(store, [subtask(more, rest)]);
  await untilEnded(store, planId);
  const only = runOf(store, planId, "call");
  if (!only) throw new Error("no run");
  return { ...only, planId, log: logOf(only) };
}

describe("a request", () => {
  it("sends method, headers, body, key and trace, and keeps the part of the answer that was asked for", async () => {
    process.env.TEST_HTTP_KEY = "sk-very-secret";
    server.reply(json({ data: { items: [{ id: 7 }] } }, 201));
    const done = await run({
      method: "PUT",
      headers: { "X-Team": "console" },
      body: { a: [1, null] },
      keyEnv: "TEST_HTTP_KEY",
      expect: [201],
      result: "/data/items/0",
    });
    expect(done).toMatchObject({ status: "success", result: '{"id":7}', exitCode: null, pid: null });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "PUT", url: "/thing", body: '{"a":[1,null]}' });
    const span = createHash("sha256").update(done.id).digest("hex").slice(0, 16);
    expect(request?.headers).toMatchObject({
      "x-team": "console",
      "content-type": "application/json",
      authorization: "Bearer sk-very-secret",
      "x-correlation-id": done.planId,
      traceparent: `00-${done.planId.replaceAll("-", "")}-${span}-01`,
    });
    expect(done.log).toContain(`> PUT ${server.origin}/thing (14 bytes)`);
    expect(done.log).toContain("< 201 Created (application/json");
  });

  it("writes the key nowhere", async () => {
    process.env.TEST_HTTP_KEY = "sk-very-secret";
    server.reply(json({ ok: true }, 403));
    await run({ keyEnv: "TEST_HTTP_KEY" });
    expect(filesWith(bench.folder, server.origin)).not.toEqual([]);
    expect(filesWith(bench.folder, "sk-very-secret")).toEqual([]);
  });

  it("uses parameters and what its dependencies left, numbers as numbers", async () => {
    bench.start(store);
    const planId = await bench.launch(store, [
      { id: "first", run: 'echo \'{"list":[{"n":5,"name":"a b"}]}\' > "$HIVE_RESULT_FILE"' },
      subtask(
        {
          method: "POST",
          url: `${server.origin}/x/\${{ subtasks.first.result.list.0.n }}`,
          body: {
            exact: "${{ subtasks.first.result.list.0 }}",
            text: "is ${{ subtasks.first.result.list.0.name }} $${{ here }}",
          },
        },
        { dependencies: ["first"] },
      ),
    ]);
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(server.requests[0]?.url).toBe("/x/5");
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
      exact: { n: 5, name: "a b" },
      text: "is a b ${{ here }}",
    });
  });

  it("says what a dependency did not leave", async () => {
    bench.start(store);
    const url = `${server.origin}/\${{ subtasks.first.result.id }}`;
    const planId = await bench.launch(store, [
      { id: "first", run: ["true"] },
      subtask({ url }, { dependencies: ["first"] }),
    ]);
    expect(await untilEnded(store, planId)).toBe("partially_completed");
    expect(runOf(store, planId, "call")?.error).toBe(
      'Subtask "first" left no "id" in its result, which this one needs.',
    );
    expect(server.requests).toEqual([]);
  });

  it("keeps text as text, and an empty answer as none", async () => {
    server.reply((_, response) => response.writeHead(200, { "content-type": "text/plain" }).end("12"));
    expect((await run()).result).toBe('"12"');
    server.reply((_, response) => response.writeHead(204).end());
    expect((await run()).result).toBeNull();
  });

  it("keeps an answer over 2 MB in a file", async () => {
    const big = JSON.stringify({ text: "x".repeat(5_000_000) });
    server.reply((_, response) => response.writeHead(200, { "content-type": "application/json" }).end(big));
    const { $file, bytes } = JSON.parse((await run()).result ?? "");
    expect(bytes).toBe(big.length);
    expect(readFileSync($file, "utf8")).toBe(big);
  });
});

describe("a server that behaves badly", () => {
  it("answers 500: the attempt fails with what it said, and is tried again", async () => {
    let calls = 0;
    server.reply((request, response) => {
      calls += 1;
      if (calls < 3) response.writeHead(500).end("out of\nhoney");
      else json({ calls })(request, response);
    });
    const done = await run({}, { retries: { ...NO_RETRIES, count: 2, backoffMs: 10, maxMs: 10 } });
    expect(done).toMatchObject({ status: "success", number: 3, result: '{"calls":3}' });
    const host = server.origin.slice("http://".length);
    expect(runsOf(store, done.planId)[0]?.error).toBe(`${host} answered 500: out of honey`);
  });

  it("is not asked again and again for what would be the same: a missing key, an address that is none", async () => {
    delete process.env.TEST_HTTP_KEY;
    const retries = { ...NO_RETRIES, count: 2, backoffMs: 10, maxMs: 10 };
    for (const wrong of [{ keyEnv: "TEST_HTTP_KEY" }, { url: "nowhere" }]) {
      const done = await run(wrong, { retries });
      expect(done).toMatchObject({ status: "failure", number: 1 });
      expect(runsOf(store, done.planId)).toHaveLength(1);
    }
    expect(server.requests).toEqual([]);
  });

  it("is too slow", async () => {
    server.reply(silence);
    const done = await run({ timeoutMs: 50 });
    expect(done.status).toBe("failure");
    expect(done.error).toContain("gave no whole answer within the request's time limit");
  });

  it("is slow in the middle of its answer, beyond the attempt's own limit", async () => {
    server.reply((_, response) => void response.writeHead(200).write("{"));
    const done = await run({}, { timeoutMs: 80 });
    expect(done).toMatchObject({ status: "timeout", error: "Stopped at its time limit of 80 ms" });
  });

  it("cuts the answer off", async () => {
    server.reply((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": 1_000 });
      response.write('{"a":', () => response.destroy());
    });
    const done = await run();
    expect(done).toMatchObject({ status: "failure", result: null });
    expect(done.error).toContain("the connection was cut off");
  });

  it("answers with something that is not JSON though it says so", async () => {
    server.reply((_, response) => response.writeHead(200, { "content-type": "application/json" }).end("<html>"));
    expect((await run()).error).toContain("is not JSON: <html>");
  });

  it("leaves out what was asked for", async () => {
    expect((await run({ result: "/data/id" })).error).toContain('has nothing at /data/id: {"ok":true}');
  });

  it("is not there", async () => {
    await server.close();
    expect((await run()).error).toMatch(/nothing listens there \(ECONNREFUSED\)/);
  });
});

it("says which variable of a key is missing, before anything is sent", async () => {
  expect((await run({ keyEnv: "TEST_HTTP_KEY" })).error).toContain("TEST_HTTP_KEY");
  expect(server.requests).toEqual([]);
});

it.each(["not an address", "ftp://x/", "http://user:word@x/"])("refuses the address %s", async (url) => {
  const done = await run({ url });
  expect(done.status).toBe("failure");
  expect(done.error).not.toContain("word@");
});

it("aborts the request when its task is cancelled", async () => {
  let closed = false;
  server.reply((_, response) => void response.on("close", () => (closed = true)));
  bench.start(store);
  const planId = await bench.launch(store, [subtask()]);
  await waitFor("the request", () => server.requests.length === 1);
  const { id } = runOf(store, planId, "call") ?? { id: "" };
  await store.write((tx) => requestStop(tx, id, "cancel"));
  expect(await untilEnded(store, planId)).toBe("cancelled");
  expect(runOf(store, planId, "call")).toMatchObject({ status: "cancelled", error: "Stopped on request" });
  await waitFor("the connection's end", () => closed);
});

describe("a job that is polled", () => {
  const poll = { url: "/links/self", intervalMs: 10, status: "/state", until: "done", fail: ["failed"] };
  /** Accepts, then answers these states one by one, the last for ever. */
  const jobServer = (states: readonly (string | number)[]): void => {
    let asked = 0;
    server.reply((request, response) => {
      if (request.method === "POST") return json({ links: { self: "jobs/1" } }, 202)(request, response);
      const state = states[Math.min(asked, states.length - 1)];
      asked += 1;
      if (typeof state === "number") response.writeHead(state).end("busy");
      else json({ state, output: { n: asked } })(request, response);
    });
  };

  it("is followed to its end; passing troubles are met with patience", async () => {
    jobServer(["queued", 503, 503, "running", "done"]);
    const done = await run({ method: "POST", url: `${server.origin}/v1/jobs`, body: "go", poll, result: "/output" });
    expect(done).toMatchObject({ status: "success", result: '{"n":5}' });
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST /v1/jobs",
      ...Array(5).fill("GET /v1/jobs/1"),
    ]);
    expect(done.log).toContain('/state is "running"');
  });

  it("fails when it says so, and when its address is in trouble for long", async () => {
    jobServer(["failed"]);
    expect((await run({ method: "POST", poll })).error).toContain('ended as "failed"');
    jobServer([503]);
    expect((await run({ method: "POST", poll })).error).toContain("answered 503: busy");
  });

  it("names no address", async () => {
    expect((await run({ method: "POST", poll })).error).toContain("names no address to ask at /links/self");
  });

  it("keeps the key and headers from another host", async () => {
    process.env.TEST_HTTP_KEY = "sk-very-secret";
    const other = await startServer(json({ state: "done" }));
    server.reply(json({ links: { self: `${other.origin}/job` } }));
    const headers = { "X-Secret": "s" };
    expect((await run({ method: "POST", poll, keyEnv: "TEST_HTTP_KEY", headers })).status).toBe("success");
    expect(other.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(other.requests[0]?.headers).not.toHaveProperty("x-secret");
    await other.close();
  });

  it("is followed on by the next console, and not begun a second time", async () => {
    jobServer(["running"]);
    const first = bench.start(store);
    const planId = await bench.launch(store, [subtask({ method: "POST", poll, result: "/state" })]);
    await waitFor("some polls", () => server.requests.length > 3);
    await first.stop({ tasks: "leave" });
    expect(runOf(store, planId, "call")?.status).toBe("running");
    bench.start(await bench.open());
    const before = server.requests.length;
    await waitFor("the next console's polls", () => server.requests.length > before + 2);
    server.reply(json({ state: "done" }));
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(server.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
    expect(runsOf(store, planId)).toHaveLength(1);
  });
});

it("a job outlives a kill -9 of its console", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hive-console-process-"));
  const program = await bundleForNode(fileURLToPath(new URL("../runner/console-process.ts", import.meta.url)), folder);
  const console = fork(program, [bench.file, "1"], { stdio: "inherit" });
  const gone = new Promise((resolve) => console.once("exit", resolve));
  server.reply(json({ state: "running", url: "/job" }));
  const poll = { url: "/url", intervalMs: 10, status: "/state", until: "done", fail: [] };
  const planId = await bench.launch(store, [subtask({ method: "POST", poll, result: "/state" })]);
  await waitFor("some polls", () => server.requests.length > 3);
  console.kill("SIGKILL");
  await gone;
  server.reply(json({ state: "done" }));
  bench.start(store);
  expect(await untilEnded(store, planId)).toBe("completed");
  expect(server.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  rmSync(folder, { recursive: true, force: true });
});

describe("a console that ends during a request", () => {
  const interrupted = async (more: Partial<HttpWork>, rest: Partial<Subtask> = {}): Promise<string> => {
    server.reply(silence);
    const first = bench.start(store);
    const planId = await bench.launch(store, [subtask({ timeoutMs: 60_000, ...more }, rest)]);
    await waitFor("the request", () => server.requests.length === 1);
    await first.stop({ tasks: "leave" });
    server.reply(json({ again: true }));
    bench.start(await bench.open());
    await untilEnded(store, planId);
    return planId;
  };

  it("sends it again where that can do no harm", async () => {
    const planId = await interrupted({ method: "GET" });
    expect(runsOf(store, planId)).toMatchObject([{ status: "success", result: '{"again":true}' }]);
  });

  it("does not send it again where it might", async () => {
    const planId = await interrupted(
      { method: "POST" },
      { retries: { ...NO_RETRIES, count: 2, backoffMs: 10, maxMs: 10 } },
    );
    expect(runsOf(store, planId)).toMatchObject([{ status: "failure" }]);
    expect(runOf(store, planId, "call")?.error).toContain("whether it was carried out is not known");
    expect(server.requests).toHaveLength(1);
  });
});
