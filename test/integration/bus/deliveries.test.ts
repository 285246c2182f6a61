import { type ChildProcess, fork } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { systemClock } from "../../../src/main/core/clock";
import { openMachineSettings } from "../../../src/main/core/machine-settings";
import { listEvents } from "../../../src/main/core/operations/events";
import { setSetting } from "../../../src/main/core/operations/settings";
import {
  addSubscription,
  deliverSubscriptions,
  listDeliveries,
  listSubscriptions,
  pauseSubscription,
  removeSubscription,
  resumeSubscription,
  testSubscription,
} from "../../../src/main/core/operations/subscriptions";
import { startRunner } from "../../../src/main/core/runner/runner";
import { appendForeignEvent } from "../../../src/main/core/store/events";
import type { Store } from "../../../src/main/core/store/open";
import { type SubscriptionInput, subscriptionInput } from "../../../src/shared/model/subscription";
import { bundleForNode } from "../../helpers/bundle";
import { afterThisTest, openTestStore, temporaryFolder } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";
import { type Reply, startServer, type TestServer } from "../agents/server";

const QUICK = { backoffMs: 10, maxMs: 40, jitter: 0.5 } as const;
const PATIENT = { timeoutMs: 60_000 } as const;
const actor = "ann";

interface Desk {
  readonly store: Store;
  readonly server: TestServer;
  publish(type: string, payload?: Record<string, unknown>): Promise<void>;
  subscribe(given?: Record<string, unknown>, secret?: boolean): Promise<string>;
  /** What was received of events, by their numbers. */
  received(): unknown[];
  dispatch(environment?: Record<string, string>, kept?: string | null): void;
}

const ok: Reply = (_, response) => response.end("thanks");
const fails: Reply = (_, response) => {
  response.writeHead(500).end("out of order");
};
/** Answers half of a header and hangs up. */
const cutOff: Reply = (_, response) => response.socket?.destroy();

async function openDesk(reply: Reply = ok): Promise<Desk> {
  const store = await openTestStore();
  const server = await startServer(reply);
  afterThisTest(() => server.close());
  let number = 0;
  return {
    store,
    server,
    publish: (type, payload = {}) =>
      store.write((tx) => {
        number += 1;
        const event = { id: store.newId(), type, at: store.clock.now(), source: "test", correlationId: null };
        appendForeignEvent(tx, { ...event, payload: { n: number, ...payload } });
      }),
    async subscribe(given = {}, secret = false) {
      const target = { kind: "webhook", url: `${server.origin}/hook` };
      const input: SubscriptionInput = subscriptionInput.parse({ name: "hook", topic: "demo.*", target, ...given });
      const keepSecret = secret ? () => undefined : undefined;
      return (await addSubscription(store, { input, actor, keepSecret })).id;
    },
    received: () => server.requests.map(({ body }) => JSON.parse(body).payload.n),
    dispatch(environment = {}, kept = null) {
      const services = { secrets: { read: () => kept }, environment, backoff: QUICK, lookMs: 10 };
      const duties = (epoch: number) => deliverSubscriptions(store, epoch, services);
      const runner = startRunner(store, { slots: 1, program: "cli", graceMs: 200, duties });
      afterThisTest(() => runner.stop({ tasks: "cancel" }));
    },
  };
}

const one = (store: Store) => listSubscriptions(store)[0];

it("events that match come in order, signed, and nothing else does", async () => {
  const { store, server, publish, subscribe, received, dispatch } = await openDesk();
  await publish("demo.before");
  await subscribe({
    where: [{ path: "level", is: ["high"] }],
    target: { kind: "webhook", url: `${server.origin}/hook`, secretEnv: "HOOK_KEY" },
  });
  await publish("demo.one", { level: "high" });
  await publish("other.two", { level: "high" });
  await publish("demo.three", { level: "low" });
  await publish("demo.four", { level: "high" });
  dispatch({ HOOK_KEY: "a key of the test" });
  await waitFor("both", () => received().length === 2, PATIENT);
  await publish("demo.five", { level: "high" });
  await waitFor("the third", () => one(store)?.delivered === 3, PATIENT);
  expect(received()).toEqual([2, 5, 6]);

  const [request] = server.requests;
  expect(request).toMatchObject({ method: "POST", url: "/hook" });
  expect(request?.headers).toMatchObject({
    "content-type": "application/json",
    "x-hive-event": "demo.one",
    "x-hive-attempt": "1",
  });
  const [, time = "", given = ""] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request?.headers["x-hive-signature"])) ?? [];
  const expected = createHmac("sha256", "a key of the test").update(`${time}.${request?.body}`).digest("hex");
  expect(given).toBe(expected);
  expect(JSON.parse(request?.body ?? "")).toMatchObject({
    event_type: "demo.one",
    source_agent: "test",
    payload: { n: 2, level: "high" },
    delivery: { subscription: "hook", attempt: 1, test: false },
  });
  expect(JSON.stringify(store.read.prepare("SELECT * FROM console_subscriptions").all())).not.toContain("a key of");
});

it("a receiver that fails, hangs up or is slow is tried again; the next event waits for its turn", async () => {
  const { store, server, publish, subscribe, received, dispatch } = await openDesk(fails);
  const id = await subscribe({ timeoutSeconds: 1 });
  await publish("demo.one");
  await publish("demo.two");
  dispatch();
  await waitFor("failures", () => (one(store)?.failures ?? 0) >= 2, PATIENT);
  server.reply(cutOff);
  await waitFor(
    "a hang-up",
    () => listDeliveries(store, id, 100).some(({ detail }) => /cut off/.test(detail ?? "")),
    PATIENT,
  );
  server.reply(() => undefined);
  await waitFor(
    "a slow one",
    () => listDeliveries(store, id, 100).some(({ detail }) => /time limit/.test(detail ?? "")),
    PATIENT,
  );
  server.reply(ok);
  await waitFor("both", () => one(store)?.delivered === 2, PATIENT);
  const order = received();
  expect(order.at(-1)).toBe(2);
  expect(order.slice(0, -1).every((n) => n === 1)).toBe(true);
  const log = listDeliveries(store, id, 100).reverse();
  expect(log[0]).toMatchObject({ outcome: "failed", attempt: 1, detail: expect.stringContaining("500: out of order") });
  expect(log.map(({ attempt }) => attempt)).toEqual([...log.keys()].map((n) => (n === log.length - 1 ? 1 : n + 1)));
  expect(one(store)).toMatchObject({ failures: 0, lastError: null, state: "active" });
});

it("after too many failures it is disabled with a notice, and goes on from there when it is resumed", async () => {
  const { store, server, publish, subscribe, received, dispatch } = await openDesk(fails);
  const machine = openMachineSettings(join(temporaryFolder(), "settings.json"));
  await setSetting({ store, machine }, { name: "notifications.maxFailures", value: 3, actor });
  await setSetting({ store, machine }, { name: "notifications.logRows", value: 10, actor });
  const subscriptionId = await subscribe();
  await publish("demo.one");
  dispatch();
  await waitFor("the end of patience", () => one(store)?.state === "disabled", PATIENT);
  expect(received()).toEqual([1, 1, 1]);
  expect(store.read.prepare("SELECT active FROM event_subscriptions").pluck().get()).toBe(0);
  const { rows } = await listEvents(store, { topic: "system.error" });
  expect(rows[0]?.payload).toMatchObject({
    error: expect.stringContaining('The subscription "hook" is disabled: 3 deliveries'),
  });
  await publish("demo.two");
  server.reply(ok);
  await resumeSubscription(store, { subscriptionId, actor });
  await waitFor("both", () => one(store)?.delivered === 2, PATIENT);
  for (let n = 0; n < 15; n += 1) await publish("demo.more");
  await waitFor("all", () => one(store)?.delivered === 17, PATIENT);
  expect(listDeliveries(store, subscriptionId, 100)).toHaveLength(10);
});

it("a command gets the event on its standard input; one that takes too long is killed whole and fails", async () => {
  const { store, publish, subscribe, dispatch } = await openDesk();
  const folder = temporaryFolder();
  const out = join(folder, "out");
  const slow = join(folder, "slow");
  await subscribe({
    name: "command",
    topic: "demo.quick",
    target: { kind: "command", run: `cat >> ${out}; echo "$HIVE_EVENT_TYPE done"` },
  });
  const slowId = await subscribe({
    name: "slow",
    topic: "demo.slow",
    target: { kind: "command", run: `echo $$ > ${slow}; sleep 1000` },
    timeoutSeconds: 1,
  });
  await publish("demo.quick", { word: "it's $HOME" });
  await publish("demo.slow");
  dispatch();
  const quick = () => listSubscriptions(store).find(({ name }) => name === "command");
  await waitFor("the command", () => quick()?.delivered === 1, PATIENT);
  expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({
    event_type: "demo.quick",
    payload: { word: "it's $HOME" },
  });
  expect(listDeliveries(store, quick()?.id ?? "", 1)[0]?.detail).toBe("demo.quick done");
  await waitFor("the slow one", () => listDeliveries(store, slowId, 1)[0]?.outcome === "failed", PATIENT);
  expect(existsSync(`/proc/${readFileSync(slow, "utf8").trim()}`)).toBe(false);
  await waitFor("its files to go", () => readdirSync(join(store.filesFolder, ".subscriptions")).length <= 3, PATIENT);
});

it("a key that cannot be read here holds deliveries, and that counts as no failure", async () => {
  const { store, server, publish, subscribe, dispatch } = await openDesk();
  const id = await subscribe({}, true);
  await publish("demo.one");
  dispatch();
  await waitFor("the note", () => listDeliveries(store, id, 1)[0]?.outcome === "held", PATIENT);
  expect(one(store)).toMatchObject({
    state: "active",
    failures: 0,
    lastError: expect.stringContaining("safe storage"),
  });
  expect(server.requests).toEqual([]);
});

it("paused it keeps what comes, skipped it forgets it; a test goes out at any time; what it was is audited", async () => {
  const { store, server, publish, subscribe, received, dispatch } = await openDesk();
  const subscriptionId = await subscribe();
  dispatch();
  await pauseSubscription(store, { subscriptionId, actor, reason: "maintenance" });
  await publish("demo.one");
  const services = { secrets: { read: () => null }, environment: {} };
  expect(await testSubscription(store, subscriptionId, services)).toMatchObject({
    isTest: true,
    outcome: "delivered",
    detail: "200: thanks",
  });
  expect(JSON.parse(server.requests[0]?.body ?? "")).toMatchObject({
    event_type: "subscription.test",
    delivery: { test: true },
  });
  await resumeSubscription(store, { subscriptionId, actor, skip: true });
  await publish("demo.two");
  await waitFor("the second", () => one(store)?.delivered === 1, PATIENT);
  expect(received().slice(1)).toEqual([2]);
  await removeSubscription(store, { subscriptionId, actor });
  expect(listSubscriptions(store)).toEqual([]);
  expect(store.read.prepare("SELECT count(*) FROM console_deliveries").pluck().get()).toBe(0);
  const acts = store.read
    .prepare("SELECT act FROM console_audit WHERE entity = 'subscription' ORDER BY rowid")
    .pluck()
    .all();
  expect(acts).toEqual(["subscriptions.add", "subscriptions.pause", "subscriptions.resume", "subscriptions.remove"]);
});

it("every event arrives at least once, in order, while the consoles that deliver are killed", {
  timeout: 240_000,
}, async () => {
  const folder = temporaryFolder();
  const program = await bundleForNode(join(import.meta.dirname, "console-process.ts"), folder);
  const file = join(folder, "hive.db");
  const store = await openTestStore({ file, clock: systemClock });
  const server = await startServer(ok);
  afterThisTest(() => server.close());
  const target = { kind: "webhook", url: server.origin };
  const input = subscriptionInput.parse({ name: "hook", topic: "demo.*", target });
  await addSubscription(store, { input, actor });
  const TOTAL = 30;
  await store.write((tx) => {
    for (let n = 1; n <= TOTAL; n += 1) {
      const event = { id: store.newId(), type: "demo.n", at: 1, source: "test", correlationId: null };
      appendForeignEvent(tx, { ...event, payload: { n } });
    }
  });
  const begin = (): ChildProcess => {
    const child = fork(program, [file], { stdio: "inherit" });
    afterThisTest(() => child.kill("SIGKILL"));
    return child;
  };
  const received = (): number[] => server.requests.map(({ body }) => JSON.parse(body).payload.n);
  // Two at a time, so that one takes over from the other; each dies between a delivery and its note, or elsewhere.
  let consoles = [begin(), begin()];
  let kills = 0;
  server.reply((_, response) => {
    if (kills < 2 && new Set(received()).size >= (kills + 1) * 10) {
      kills += 1;
      const [first, second] = consoles;
      for (const child of [first, second]) child?.kill("SIGKILL");
      consoles = [begin(), begin()];
    }
    response.end();
  });
  await waitFor("all of them", () => one(store)?.delivered !== undefined && new Set(received()).size === TOTAL, {
    timeoutMs: 180_000,
  });
  expect(kills).toBe(2);
  const firsts = received().filter((n, at, all) => all.indexOf(n) === at);
  expect(firsts).toEqual(Array.from({ length: TOTAL }, (_, index) => index + 1));
  // It was in hand when the console died: it came again, and with the same name.
  const names = new Map<unknown, Set<string>>();
  for (const { headers, body } of server.requests) {
    const { n } = JSON.parse(body).payload;
    names.set(n, (names.get(n) ?? new Set()).add(String(headers["x-hive-delivery"])));
  }
  expect([...names.values()].every(({ size }) => size === 1)).toBe(true);
  expect(received().length).toBeGreaterThan(TOTAL);
});
