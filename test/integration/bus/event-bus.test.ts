import { describe, expect, it } from "vitest";
import { createEventBus } from "../../../src/main/core/bus/create-event-bus";
import type { EventBus } from "../../../src/main/core/bus/event-bus";
import { createTopicRegistry } from "../../../src/main/core/bus/topic-registry";
import type { Store } from "../../../src/main/core/store/open";
import { EVENT_TYPES, type EventType } from "../../../src/shared/model/event";
import type { EventRow } from "../../../src/shared/model/log-views";
import {
  type AgentEventType,
  createAgentEvent,
  createDeploymentEvent,
  createPlanEvent,
  createReviewEvent,
  createSystemError,
  createTaskEvent,
  createWorkflowEvent,
  type DeploymentEventType,
  type PlanEventType,
  type ReviewEventType,
  type TaskEventType,
  toEventRecord,
  type WorkflowEventType,
} from "../../../src/shared/model/unified-event";
import { EVENT_PAYLOADS, familyOf } from "../../../src/shared/unified-event-schema";
import { startForeignProgram } from "../../helpers/foreign";
import { afterThisTest, openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

describe("a topic registry", () => {
  it("knows who hears of what, each once, however often and by however many patterns it was registered", () => {
    const registry = createTopicRegistry<string>();
    const [a, b, c] = [() => "a", () => "b", () => "c"];
    registry.register("task.*", a);
    registry.register("task.*", a);
    registry.register("*", a);
    registry.register("task.created", b);
    registry.register("*.failed", c);
    expect(registry.listPatterns()).toEqual(["task.*", "*", "task.created", "*.failed"]);
    expect(registry.getHandlers("task.created")).toEqual([a, b]);
    expect(registry.getHandlersForEventType("workflow.failed")).toEqual([a, c]);
    expect(registry.unregister("task.created", a)).toBe(false);
    expect(registry.unregister("task.created", b)).toBe(true);
    expect(registry.getHandlers("task.created")).toEqual([a]);
    expect(registry.listPatterns()).not.toContain("task.created");
    registry.clear();
    expect(registry.getHandlers("task.created")).toEqual([]);
  });
});

async function openBus(): Promise<{ store: Store; bus: EventBus }> {
  const store = await openTestStore();
  const bus = createEventBus(store);
  afterThisTest(() => bus.close());
  return { store, bus };
}

const taskEvent = (taskId: string, correlationId = taskId) =>
  createTaskEvent("task.created", { taskId, correlationId, sourceAgent: "test" });

describe("the bus", () => {
  it("has creators for its types, and every type a family", () => {
    expect(EVENT_TYPES.map(familyOf)).not.toContain(null);
    expect(new Set(EVENT_TYPES.map(familyOf))).toEqual(new Set(Object.keys(EVENT_PAYLOADS)));
    const workflow = createWorkflowEvent("workflow.checkpoint", {
      workflowId: "w",
      phase: "apply",
      correlationId: "c",
      data: { more: 1 },
      timestamp: 0,
    });
    expect(toEventRecord(workflow)).toEqual({
      event_type: "workflow.checkpoint",
      correlation_id: "c",
      payload: { workflow_id: "w", phase: "apply", more: 1 },
      source_agent: "orchestrator",
      timestamp: "1970-01-01T00:00:00.000Z",
      metadata: {},
    });
    expect(
      createDeploymentEvent("deployment.requested", {
        deploymentId: "d",
        serviceName: "api",
        environment: "staging",
        correlationId: "c",
      }),
    ).toMatchObject({ sourceAgent: "ai-deployer", payload: { service_name: "api" } });
  });

  it("has a creator for each of the 33 types, and takes what they make", async () => {
    const { bus, store } = await openBus();
    const given = { correlationId: "c", sourceAgent: "test", taskId: "t", workflowId: "w", phase: "p", planId: "p" };
    const more = { ...given, agentId: "a", deploymentId: "d", serviceName: "s", environment: "e", message: "m" };
    const createOf = {
      task: (type: EventType) => createTaskEvent(type as TaskEventType, more),
      review: (type: EventType) => createReviewEvent(type as ReviewEventType, more),
      workflow: (type: EventType) => createWorkflowEvent(type as WorkflowEventType, more),
      deployment: (type: EventType) => createDeploymentEvent(type as DeploymentEventType, more),
      plan: (type: EventType) => createPlanEvent(type as PlanEventType, more),
      agent: (type: EventType) => createAgentEvent(type as AgentEventType, more),
      system: () => createSystemError(more),
    };
    expect(EVENT_TYPES).toHaveLength(33);
    for (const type of EVENT_TYPES) {
      const family = familyOf(type);
      if (family === null) throw new Error(type);
      await bus.publish(createOf[family](type));
    }
    expect(store.read.prepare("SELECT event_type FROM events ORDER BY rowid").pluck().all()).toEqual(EVENT_TYPES);
  });

  it("refuses a known type without its family's payload, and takes foreign types", async () => {
    const { bus } = await openBus();
    const event = createReviewEvent("review.completed", { taskId: "t", correlationId: "c" });
    await expect(bus.publish({ ...event, payload: {} })).rejects.toThrow(/task_id/);
    await expect(bus.publish({ ...event, correlationId: "" })).rejects.toMatchObject({ code: "invalid_input" });
    await bus.publish({ ...event, eventType: "theirs.own", payload: { anything: true } });
  });

  it("delivers what this process and what a Python program writes alike, in order of each correlation", async () => {
    const { store, bus } = await openBus();
    const foreign = await startForeignProgram(store.file);
    await bus.publish(taskEvent("before"));
    const heard: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const errors: unknown[] = [];
    bus.onError(({ error }) => errors.push(error));
    bus.register("task.*", () => {
      throw new Error("broken");
    });
    bus.register("task.*", async (event: EventRow) => {
      const { task_id: id } = event.payload as { task_id: string };
      if (id === "a1") await held;
      heard.push(id);
    });
    await bus.publish(taskEvent("a1", "a"));
    await bus.publish(taskEvent("a2", "a"));
    await foreign.exec(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata)
      VALUES ('f', 'task.failed', '2026-01-01T00:00:00', 'python', 'b', '{"task_id":"b1"}', '{}')`);
    await waitFor("the event of another correlation", () => heard.includes("b1"));
    expect(heard).toEqual(["b1"]);
    release();
    await waitFor("the rest", () => heard.length === 3);
    expect(heard).toEqual(["b1", "a1", "a2"]);
    expect(errors).toHaveLength(3);
    expect(bus.stats()).toMatchObject({ delivered: 3, errors: 3 });
    expect(bus.stats().lagMs.p95).toBeGreaterThanOrEqual(0);
  });

  it("calls a handler once for an event that several of its patterns match, from its registration on, and no more", async () => {
    const { bus } = await openBus();
    const early: string[] = [];
    const late: string[] = [];
    const note = (into: string[]) => (event: EventRow) => void into.push(event.correlationId ?? "");
    const [a, b] = [note(early), note(late)];
    for (const pattern of ["task.*", "*", "*.created"]) bus.register(pattern, a);
    await bus.publish(taskEvent("1"));
    bus.register("*", b);
    await bus.publish(taskEvent("2"));
    await waitFor("both", () => early.length === 2 && late.length === 1);
    bus.unregister("*", a);
    bus.unregister("*", b);
    await bus.publish(taskEvent("3"));
    await waitFor("the third", () => early.length === 3);
    bus.clear();
    await bus.publish(taskEvent("4"));
    bus.register("*", b);
    await bus.publish(taskEvent("5"));
    await waitFor("the fifth", () => late.length === 2);
    expect({ early, late }).toEqual({ early: ["1", "2", "3"], late: ["2", "5"] });
  });

  it("goes on when a handler and who is told of it throw; what failed is told once and not tried again", async () => {
    const { bus } = await openBus();
    let tried = 0;
    const heard: string[] = [];
    bus.onError(() => {
      throw new Error("worse");
    });
    const told: unknown[] = [];
    bus.onError(({ event, error }) => told.push([event.correlationId, String(error)]));
    bus.register("*", () => {
      tried += 1;
      return Promise.reject(new Error("broken"));
    });
    bus.register("*", (event) => heard.push(event.id));
    for (let n = 0; n < 3; n++) await bus.publish(taskEvent(`t${n}`, "same"));
    await waitFor("all", () => heard.length === 3 && told.length === 3);
    expect(tried).toBe(3);
    expect(told[0]).toEqual(["same", "Error: broken"]);
    expect(bus.stats()).toMatchObject({ delivered: 3, errors: 3, pending: 0 });
  });

  it("says how much waits behind a handler that hangs, and delivers nothing of it once it is closed", async () => {
    const { store } = await openBus();
    const bus = createEventBus(store);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let called = 0;
    bus.register("*", () => {
      called += 1;
      return held;
    });
    for (let n = 0; n < 3; n++) await bus.publish(taskEvent(`t${n}`, "same"));
    await waitFor("all to wait", () => bus.stats().pending === 3);
    const closed = bus.close();
    release();
    await closed;
    expect(called).toBe(1);
  });

  it("replays from a point what is in the log", async () => {
    const { bus } = await openBus();
    for (const id of ["a", "b", "c"]) await bus.publish(taskEvent(id));
    await bus.publish({ ...taskEvent("d"), eventType: "theirs.own" });
    const seen: EventRow[] = [];
    const end = await bus.replay({ pattern: "task.*" }, (event) => seen.push(event));
    expect(seen.map(({ correlationId }) => correlationId)).toEqual(["a", "b", "c"]);
    const again: string[] = [];
    await bus.replay({ after: seen[0]?.cursor }, (event) => again.push(event.type));
    expect(again).toEqual(["task.created", "task.created", "theirs.own"]);
    await bus.publish(taskEvent("e"));
    const last: unknown[] = [];
    await bus.replay({ after: end }, (event) => last.push(event.correlationId));
    expect(last).toEqual(["e"]);
  });
});
