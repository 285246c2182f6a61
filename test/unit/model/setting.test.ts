import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  conditionsText,
  eventMatcher,
  notificationPlace,
  parseConditions,
} from "../../../src/shared/model/notification";
import { SETTINGS, settingRow } from "../../../src/shared/model/setting";
import { SETTING_GROUPS, type SettingGroup } from "../../../src/shared/model/settings/definition";

const DOCUMENT = readFileSync(join(import.meta.dirname, "../../../docs/settings.md"), "utf8");
const MARK = "<!-- What follows is checked by test/unit/model/setting.test.ts. -->\n";

const TITLES: Readonly<Record<SettingGroup, string>> = {
  runner: "Runner",
  backup: "Backups",
  retention: "Retention",
  appearance: "Appearance",
  time: "Time",
  notifications: "Notifications and subscriptions",
  llm: "Language models",
  fleet: "Fleet",
  updates: "Updates",
};

/** What docs/settings.md is to say of every setting. */
function reference(): string {
  return SETTING_GROUPS.map((group) => {
    const rows = SETTINGS.filter((setting) => setting.group === group).map(
      ({ name, label, says, defaultWords, range, scope, effect }) =>
        `### ${name}\n\n**${label}.** ${says}\n\n| default | range | kept for | takes effect |\n| --- | --- | --- | --- |\n| ${defaultWords} | ${range} | the ${scope === "machine" ? "computer" : scope} | ${effect} |\n`,
    );
    return `## ${TITLES[group]}\n\n${rows.join("\n")}`;
  }).join("\n");
}

it("docs/settings.md says of every setting what the program says", () => {
  const [, written = ""] = DOCUMENT.split(MARK);
  expect(written.trim()).toBe(reference().trim());
});

it("names are unique, begin with their group, and every word is said", () => {
  expect(new Set(SETTINGS.map(({ name }) => name)).size).toBe(SETTINGS.length);
  for (const { name, group, says, defaultWords, range, effect } of SETTINGS) {
    expect(name.startsWith(`${group}.`), name).toBe(true);
    for (const words of [says, defaultWords, range, effect]) expect(words, name).not.toBe("");
    expect(says, name).toMatch(/\.$/);
  }
});

it("what is kept and cannot be used gives the default and says why", () => {
  const grace = SETTINGS.find(({ name }) => name === "runner.graceSeconds");
  if (grace === undefined) throw new Error("there is no grace period");
  expect(settingRow(grace, undefined)).toMatchObject({ value: 5, isSet: false, problem: null });
  expect(settingRow(grace, 7)).toMatchObject({ value: 7, isSet: true, problem: null });
  expect(settingRow(grace, "soon")).toMatchObject({
    value: 5,
    isSet: true,
    problem: expect.stringContaining("number"),
  });
});

describe("conditions on events", () => {
  it("are read and written alike", () => {
    const text = "status=failed|cancelled, lost=true, counts.failed=3, error=null";
    const conditions = parseConditions(text);
    expect(conditions).toEqual([
      { path: "status", is: ["failed", "cancelled"] },
      { path: "lost", is: [true] },
      { path: "counts.failed", is: [3] },
      { path: "error", is: [null] },
    ]);
    expect(conditionsText(conditions ?? [])).toBe(text);
    expect(parseConditions("")).toEqual([]);
    for (const bad of ["status", "=x", "a=", "a b=c"]) expect(parseConditions(bad), bad).toBeNull();
  });

  it("all hold, at any depth, and what is missing is null", () => {
    const matches = eventMatcher("plan.*", parseConditions("counts.failed=2, note=null") ?? []);
    expect(matches({ type: "plan.failed", payload: { counts: { failed: 2 } } })).toBe(true);
    expect(matches({ type: "plan.failed", payload: { counts: { failed: 2 }, note: "x" } })).toBe(false);
    expect(matches({ type: "plan.failed", payload: { counts: null } })).toBe(false);
    expect(matches({ type: "task.failed", payload: { counts: { failed: 2 } } })).toBe(false);
    expect(matches({ type: "plan.failed", payload: "text" })).toBe(false);
    // What an object has by nature is nothing that its payload says.
    expect(eventMatcher("*", parseConditions("constructor=null") ?? [])({ type: "x", payload: {} })).toBe(true);
  });
});

it("a notification leads to the closest thing that it speaks of", () => {
  const about = (given: object) =>
    notificationPlace({ planId: null, taskId: null, workerId: null, eventType: "task.failed", count: 1, ...given });
  expect(about({ planId: "p/1", taskId: "t" })).toBe("#/plans/p%2F1/tasks/t");
  expect(about({ planId: "p", taskId: "t", count: 37 })).toBe("#/plans/p");
  expect(about({ taskId: "t" })).toBe("#/tasks/t");
  expect(about({ workerId: "w" })).toBe("#/workers/w");
  expect(about({ eventType: "system.error" })).toBe("#/settings/notifications");
  expect(about({})).toBe("#/events");
});
