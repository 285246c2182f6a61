import { describe, expect, it } from "vitest";
import { basisWords, drawUsage, figuresOf, limitWords } from "../../../src/renderer/features/launch/outlook";
import { givenFields } from "../../../src/renderer/features/launch/parameters";
import { readiness } from "../../../src/renderer/features/launch/readiness";
import { groupSources } from "../../../src/renderer/features/launch/sources-store";
import type { DryRun, DryRunLimit } from "../../../src/shared/model/forecast";
import type { ParameterDefinition } from "../../../src/shared/model/plan-definition";
import type { PlanPreview } from "../../../src/shared/model/views";

const NOW = new Date(2026, 10, 21, 14, 32, 7).getTime();
const MINUTE = 60_000;

function dryRun(change: Partial<DryRun> = {}): DryRun {
  return {
    title: "P",
    taskCount: 3,
    kind: "estimate",
    finishP50Ms: 38 * MINUTE,
    finishP90Ms: 51 * MINUTE,
    usualMs: null,
    basis: { pastRuns: 4, known: 3, unknown: 0, approvals: 0, overdue: 0, fewestSamples: 4 },
    criticalPath: ["a", "b"],
    criticalMs: 36 * MINUTE,
    peak: 2,
    slots: 6,
    limits: [],
    findings: [],
    tasks: { ids: [], titles: [], agents: [], waves: [], startMs: [], startIsLeast: [], durationMs: [], samples: [] },
    usage: [
      [0, 2],
      [10 * MINUTE, 1],
      [38 * MINUTE, 0],
    ],
    ...change,
  };
}

const figure = (run: DryRun, label: string): string => {
  const found = figuresOf(run, NOW).find((one) => one.label === label);
  return `${found?.value} ${found?.note}`;
};

describe("the figures of a dry run", () => {
  it("are a time of day and how long it is until then", () => {
    expect(figure(dryRun(), "Finish P50")).toBe("15:10 in 38m 00s");
    expect(figure(dryRun(), "Critical path")).toBe("36m 00s 2 tasks");
    expect(figure(dryRun({ finishP90Ms: 600 * MINUTE }), "Finish P90")).toBe("00:32 +1d in 10h 00m");
  });

  it("say what is not known, and what cannot be", () => {
    expect(figure(dryRun({ kind: "at_least" }), "Finish P50")).toContain("at least 38m");
    expect(figure(dryRun({ kind: "unknown", finishP50Ms: null }), "Finish P50")).toBe("Unknown never ran");
    expect(figure(dryRun({ kind: "never", finishP50Ms: null }), "Finish P50")).toBe("Never as things stand");
    expect(basisWords(dryRun({ basis: { ...dryRun().basis, known: 0 } }))).toContain("Nothing of it ran before");
    expect(basisWords(dryRun())).toContain("From 4 past runs");
  });

  it("name a limit that costs time, and one that nobody serves", () => {
    const limit: DryRunLimit = { kind: "workers", name: "infra", tasks: 3, peak: 2, size: 2, costMs: 130_000 };
    expect(limitWords(limit)).toEqual({ state: "escalated", word: "At limit", effect: "+2m 10s" });
    expect(limitWords({ ...limit, costMs: 0 })).toMatchObject({ word: "Ready", effect: "none" });
    expect(limitWords({ ...limit, costMs: null })).toMatchObject({ word: "Ready", effect: "unknown" });
    expect(limitWords({ ...limit, size: 0, peak: 0, costMs: null })).toMatchObject({ word: "Missing" });
  });

  it("are drawn as steps between now and the end; nothing when nothing takes time", () => {
    const drawing = drawUsage(dryRun(), { width: 520, height: 60 });
    expect(drawing?.line).toMatch(/^M0 60H0V0H100V30H379/);
    expect(drawing?.p50).toBeLessThan(drawing?.p90 ?? 0);
    expect(drawing?.ticks.map(({ label }) => label)).toEqual(["now", "+15m", "+30m", "+45m"]);
    expect(drawUsage(dryRun({ usage: [], finishP50Ms: null, finishP90Ms: null }), { width: 9, height: 9 })).toBeNull();
  });
});

it("what a dry run found does not stand in the way", () => {
  const preview: PlanPreview = {
    sourceId: "s",
    sourceName: "s.yaml",
    origin: { kind: "new" },
    folder: "/",
    isSavable: false,
    isEdited: false,
    text: "",
    title: "S",
    description: "",
    parameters: [],
    subtasks: [],
    findings: [],
  };
  const found = { code: "missing_executable", message: "m", subtaskIds: ["a"], count: 1 };
  const trouble = [
    { ...found, severity: "problem" },
    { ...found, severity: "warning" },
  ] as const;
  expect(readiness(preview, [], 0, trouble)).toMatchObject({
    isReady: true,
    sentence: "Ready to launch with 1 problem and 1 warning",
  });
});

it("an earlier run fills the fields that the plan still has, secrets apart", () => {
  const parameter = (name: string, type: ParameterDefinition["type"]): ParameterDefinition => ({
    name,
    type,
    description: "",
    required: false,
    default: null,
    choices: [],
    pattern: null,
  });
  const parameters = [
    parameter("a", "number"),
    parameter("b", "boolean"),
    parameter("c", "secret"),
    parameter("d", "string"),
  ];
  expect(givenFields(parameters, { a: 3, b: true, c: "hidden", gone: 1 })).toEqual({ a: "3", b: true });
});

describe("the list of plans", () => {
  const last = { planId: "p", title: "Release", status: "completed", at: 1 };
  const lists = {
    samples: [{ name: "tour", title: "A tour", description: "Shows everything", taskCount: 3 }],
    recent: [
      { origin: { kind: "file", fileId: "f" }, name: "release.yaml", folder: "/plans", last, isMissing: false },
      { origin: { kind: "sample", name: "tour" }, name: "tour.yaml", folder: "/app", last, isMissing: false },
    ],
    drafts: [
      { name: "new-plan.yaml", origin: { kind: "new" } },
      { name: "release.yaml", origin: { kind: "file", fileId: "f" } },
    ],
  } as const;

  it("shows each once: what is not saved, what was used, the samples with how they went last", () => {
    const groups = groupSources(lists, "");
    expect(groups.map(({ title, items }) => [title, items.map((item) => item.title)])).toEqual([
      ["Not saved", ["new-plan.yaml"]],
      ["Recent", ["Release"]],
      ["Samples", ["A tour"]],
    ]);
    expect(groups[1]?.items[0]).toMatchObject({ name: "release.yaml", isEdited: true });
    expect(groups[2]?.items[0]).toMatchObject({ last, isEdited: false, count: 3 });
  });

  it("finds by title, file and folder", () => {
    expect(groupSources(lists, " RELEASE.yaml ").map(({ title }) => title)).toEqual(["Recent"]);
    expect(groupSources(lists, "everything").map(({ title }) => title)).toEqual(["Samples"]);
    expect(groupSources(lists, "nothing such")).toEqual([]);
  });
});
