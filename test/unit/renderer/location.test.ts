import { describe, expect, it } from "vitest";
import {
  besidePlace,
  formatPlace,
  inspectPlace,
  type Place,
  parsePlace,
  planPlace,
  tasksPlace,
} from "../../../src/renderer/location";

describe("places in the address", () => {
  const places: Place[] = [
    { view: "overview" },
    planPlace(null),
    planPlace("0199a3c1-2b4d"),
    planPlace("plan/with slash?", "task #7"),
    planPlace("plan", null, "graph"),
    planPlace("plan?tab=tasks", "task", "graph"),
    { view: "launch", sample: null },
    { view: "launch", sample: "repository report" },
    { view: "launch", sample: null, file: "3f" },
    { view: "launch", sample: null, like: "plan/1" },
    { view: "schedules", scheduleId: null },
    { view: "schedules", scheduleId: "s 1" },
    { view: "workers", workerId: null, state: null, text: "", group: "host" },
    { view: "workers", workerId: "w/1", state: "dead", text: "gpu", group: null },
    { view: "agents", agentId: null, state: null, text: "", range: "24h" },
    { view: "agents", agentId: "llm.md", state: "unhealthy", text: "review", range: "7d" },
    { view: "migration", tab: "road" },
    { view: "migration", tab: "figures" },
    { view: "planning", requestId: null, status: "pending" },
    { view: "planning", requestId: "r/1", status: null },
    { view: "settings", section: "runner" },
    { view: "settings", section: "transfer" },
    inspectPlace(planPlace("plan", "task", "graph"), { pane: "log", runId: "run 7" }),
    inspectPlace(tasksPlace("state:failed", { taskId: "task", layout: "table" }), { pane: "events", runId: null }),
  ];

  it.each(places)("come back as they went: %o", (place) => {
    expect(parsePlace(formatPlace(place))).toEqual(place);
  });

  it.each(["", "#", "#/", "#/nowhere"])("%s is the overview", (hash) => {
    expect(parsePlace(hash)).toEqual({ view: "overview" });
  });

  it("is the list of plans where no plan is named", () => {
    expect(parsePlace("#/plans/")).toEqual(planPlace(null));
  });

  it("takes an address that cannot be decoded for no plan", () => {
    expect(parsePlace("#/plans/%E0%A4%A")).toEqual(planPlace(null));
  });

  it("takes a tab that is not there for none", () => {
    expect(parsePlace("#/plans/p1?tab=nowhere")).toEqual(planPlace("p1"));
  });

  it("has no task without a plan or under another word", () => {
    expect(parsePlace("#/plans/p1/runs/r1")).toEqual(planPlace("p1"));
  });

  it("has nothing to show of a task where there is none", () => {
    expect(parsePlace("#/plans/p1?show=log")).toEqual(planPlace("p1"));
    expect(parsePlace("#/plans/p1/tasks/t1?show=nothing")).toEqual(planPlace("p1", "t1"));
    expect(inspectPlace({ view: "workers" }, { pane: "log", runId: null })).toEqual({ view: "workers" });
  });

  it("keeps the list beside the task, unless the task is of another plan", () => {
    expect(besidePlace(planPlace("p1", "t1", "graph"), "p1", "t2")).toEqual(planPlace("p1", "t2", "graph"));
    expect(besidePlace(planPlace("p1", "t1", "graph"), "p2", "t2")).toEqual(planPlace("p2", "t2"));
    expect(besidePlace(tasksPlace("tag:x", { taskId: "t1" }), "p1", "t2")).toEqual(
      tasksPlace("tag:x", { taskId: "t2" }),
    );
    expect(besidePlace({ view: "overview" }, null, "t2")).toEqual(tasksPlace("", { taskId: "t2" }));
  });
});
