import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

import { knownAgents } from "../../../src/main/core/operations/agents";
import { launchPlan } from "../../../src/main/core/operations/plans";
import { addSubscription, deliverSubscriptions } from "../../../src/main/core/operations/subscriptions";
import { parsePlan } from "../../../src/main/core/plan/parse";
import type { Store } from "../../../src/main/core/store/open";
import { subscriptionInput } from "../../../src/shared/model/subscription";
import { startForeignProgram } from "../../helpers/foreign";
import { waitFor } from "../../helpers/wait";
import { stream } from "../agents/chat";
import { json, startServer, type TestServer } from "../agents/server";
import { Bench, logOf, runOf, untilEnded } from "../runner/setup";

let bench: Bench;
let store: Store;
let server: TestServer;

beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
  server = await startServer((request, response) => {
    const isChat = request.url.endsWith("/completions");
    (isChat ? stream(["Buzz"]) : json({ ok: true }))(request, response);
  });
});
afterEach(async () => {
  await bench.close();
  await server.close();
});

it("one id goes from a launch through events, processes and their children, requests, agents and deliveries", async () => {
  const out = join(bench.folder, "delivered");
  const subscribe = (name: string, target: object) =>
    addSubscription(store, {
      input: subscriptionInput.parse({ name, topic: "task.completed", target }),
      actor: "ann",
      keepSecret: undefined,
    });
  await subscribe("hook", { kind: "webhook", url: `${server.origin}/hook` });
  await subscribe("command", { kind: "command", run: `echo "$HIVE_CORRELATION_ID $TRACEPARENT" >> ${out}` });
  mkdirSync(`${bench.file}.agents`);
  const settings = `id: bee\ntype: llm\ntitle: t\ndescription: d\ncapabilities: [code]\nendpoint: ${server.origin}/v1\nmodel: m`;
  writeFileSync(join(`${bench.file}.agents`, "bee.md"), `---\n${settings}\n---\nBe a bee.\n`);
  const text = `title: t
subtasks:
  - { id: process, run: "sh -c 'echo child $HIVE_CORRELATION_ID $TRACEPARENT'" }
  - { id: request, agent: http, http: { url: "${server.origin}/thing" } }
  - { id: model, agent: bee, prompt: Buzz! }
`;
  const { definition } = parsePlan(text, { fileName: "p", agents: await knownAgents(bench.file) });
  if (!definition) throw new Error("no plan");
  const services = { secrets: { read: () => null }, environment: {}, lookMs: 10 };
  bench.start(store, { duties: (epoch) => deliverSubscriptions(store, epoch, services) });
  const request = { definition, parameters: {}, sourceName: null, sourceText: null, folder: bench.folder };
  const { planId } = await launchPlan(store, { ...request, launchedBy: "test" });
  expect(await untilEnded(store, planId)).toBe("completed");

  const trace = `00-${planId.replaceAll("-", "")}-`;
  expect(logOf(runOf(store, planId, "process"))).toContain(`child ${planId} ${trace}`);
  const others = store.read
    .prepare("SELECT DISTINCT correlation_id FROM events WHERE event_type LIKE 'task.%'")
    .pluck();
  expect(others.all()).toEqual([planId]);
  const hooks = () => server.requests.filter(({ url }) => url === "/hook");
  await waitFor("three deliveries", () => hooks().length === 3, { timeoutMs: 30_000 });
  for (const { headers } of server.requests) {
    expect(headers["x-correlation-id"]).toBe(planId);
    expect(headers.traceparent).toContain(trace);
  }
  expect(new Set(server.requests.map(({ url }) => url))).toEqual(new Set(["/hook", "/thing", "/v1/chat/completions"]));
  const delivered = () => (existsSync(out) ? readFileSync(out, "utf8").trim().split("\n") : []);
  await waitFor("three commands", () => delivered().length === 3, { timeoutMs: 30_000 });
  for (const line of delivered()) expect(line).toContain(`${planId} ${trace}`);

  // What another program writes is delivered like our own.
  const foreign = await startForeignProgram(bench.file);
  await foreign.exec(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata)
    VALUES ('f', 'task.completed', '2026-01-01T00:00:00', 'python', 'theirs', '{"task_id":"t"}', '{}')`);
  await waitFor("it to be delivered", () => hooks().length === 4, { timeoutMs: 30_000 });
  const [last] = hooks().slice(-1);
  expect(JSON.parse(last?.body ?? "")).toMatchObject({ correlation_id: "theirs", source_agent: "python" });
  expect(last?.headers["x-correlation-id"]).toBe("theirs");
});
