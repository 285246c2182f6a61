import { expect, test } from "vitest";
import { type Candidates, courseOf } from "../../../src/main/core/store/task-course";
import type { TaskOrder } from "../../../src/shared/model/task-lists";

const many = (served: readonly TaskOrder[]): Candidates => ({
  total: 1_000_000,
  counts: null,
  sweep: null,
  segments: () => [],
  ordered: (order) => (served.includes(order) ? () => [] : `no index for ${order}`),
});

test.each([
  ["newest", ["priority", "recent"], "recent"],
  ["newest", ["priority"], "priority"],
  ["oldest", ["priority", "recent"], "priority"],
  ["recent", ["priority", "newest"], "priority"],
  ["recent", ["newest", "oldest"], "newest"],
  ["priority", ["newest", "oldest"], "newest"],
] as const)("for %s of those served (%j) comes %s, and why", (wanted, served, instead) => {
  const course = courseOf(many(served), wanted);
  expect([course.order, course.isOrdered, course.unserved]).toEqual([instead, true, `no index for ${wanted}`]);
});
