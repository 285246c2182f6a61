import { describe, expect, it } from "vitest";
import { createEventBus } from "../../../src/main/core/bus/create-event-bus";
import type { EventBus } from "../../../src/main/core/bus/event-bus";
import { createTopicRegistry } from "../../../src/main/core/bus/topic-registry";
import type { Store } from "../../../src/main/core/store/open";
import { EVENT_TYPES } from "../../../src/shared/model/event";
import type { EventRow } from "../../../src/shared/model/log-views";
import {
  createDeploymentEvent,
  createReviewEvent,
  createTaskEvent,
  createWorkflowEvent,
  toEventRecord,
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
