import { describe, expect, it } from "vitest";
import { formatPlace, type Place, parsePlace, planPlace } from "../../../src/renderer/location";

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
    { view: "workers" },
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
});
