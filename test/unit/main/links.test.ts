import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkPlace, parseLink } from "../../../src/main/links";
import { taskLink } from "../../../src/shared/task-link";

describe("parseLink", () => {
  it.each([
    ["hive://task/0193f2c4-7b1e-7000-8000-000000000001", "0193f2c4-7b1e-7000-8000-000000000001"],
    ["HIVE://Task/build%20all", "build all"],
    ["hive://task/a.b_c~d:e@f+g", "a.b_c~d:e@f+g"],
    ["hive://task/x/", "x"],
    ["hive://task/%E2%9C%93", "✓"],
  ])("%s leads to %s", (link, taskId) => {
    expect(parseLink(link)).toEqual({ taskId });
  });

  it.each([
    "hive://task/",
    "hive://task",
    "hive:task/x",
    "hive://plan/x",
    "hive://task/x/y",
    "hive://task/x?db=/etc/passwd",
    "hive://task/x#/settings",
    "hive://task/x y",
    "hive://task/x --no-sandbox",
    'hive://task/x"',
    "hive://user@task/x",
    "hive://task/%",
    "hive://task/%00",
    "hive://task/%0a",
    `hive://task/${"x".repeat(201)}`,
    "javascript://task/x",
    " hive://task/x",
    "hive://task/x\n",
  ])("%j is none of ours", (link) => {
    expect(parseLink(link)).toBeNull();
  });

  it("whatever a task is called, its link leads to it, and the place is that of this task and nothing else", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }), (taskId) => {
        const link = parseLink(taskLink(taskId));
        fc.pre(link !== null);
        expect(link).toEqual({ taskId });
        const [, view, id, ...rest] = linkPlace(link).split("/");
        expect(view).toBe("tasks");
        expect(decodeURIComponent(id ?? "")).toBe(taskId);
        expect(rest).toEqual([]);
        expect(linkPlace(link)).not.toMatch(/[?&\s]/);
      }),
    );
  });
});
