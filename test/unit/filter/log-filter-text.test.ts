import fc from "fast-check";
import { expect, test } from "vitest";
import {
  auditFilterOf,
  eventFilterOf,
  formatLogFilter,
  LOG_FIELDS,
  type LogTerm,
  parseLogFilter,
  readMoment,
  withTerm,
} from "../../../src/shared/model/log-filter-text";

const NOW = new Date(2026, 10, 21, 14, 32, 7).getTime();
const read = (text: string, log: "events" | "audit" = "events") => parseLogFilter(log, text, NOW);

test("words are patterns, words with a field say something of the event", () => {
  const { terms, problems } = read('task.* *.failed -agent.heartbeat source:"my program" plan:p-1 since:15m');
  expect(problems).toEqual([]);
  expect(eventFilterOf(terms, NOW)).toEqual({
    topics: ["task.*", "*.failed"],
    except: ["agent.heartbeat"],
    source: "my program",
    correlationId: undefined,
    entity: { kind: "plan", id: "p-1" },
    since: NOW - 900_000,
    until: undefined,
  });
  const acts = read("tasks.* by:ada schedule:s-1 until:14:03", "audit");
  expect(acts.problems).toEqual([]);
  expect(auditFilterOf(acts.terms, NOW)).toMatchObject({
    acts: ["tasks.*"],
    actor: "ada",
    entity: { kind: "schedule", id: "s-1" },
    until: new Date(2026, 10, 21, 14, 3).getTime(),
  });
});

test("of what excludes itself the later one counts", () => {
  expect(read("source:a source:b task:x plan:y task.* task.*").terms).toEqual([
    { field: "source", value: "b" },
    { field: "plan", value: "y" },
    { field: "is", value: "task.*" },
  ]);
  expect(withTerm([{ field: "task", value: "x" }], { field: "run", value: "r" })).toEqual([
    { field: "run", value: "r" },
  ]);
});

test("what means nothing is told, and the rest is read", () => {
  const { terms, problems } = read("by:ada since:yesterday -source:a plan: - odd");
  expect(terms).toEqual([{ field: "is", value: "odd" }]);
  expect(problems).toEqual([
    expect.stringContaining("no field by. There are: source"),
    expect.stringContaining("since: takes 15m"),
    expect.stringContaining("Only patterns can"),
    expect.stringContaining("plan: needs a value"),
    expect.stringContaining("pattern is missing"),
  ]);
  expect(read('source:"not closed').terms).toEqual([{ field: "source", value: "not closed" }]);
});

test("moments are ages, times of today and dates", () => {
  expect(readMoment("2h", NOW)).toBe(NOW - 7_200_000);
  expect(readMoment("9:05:30", NOW)).toBe(new Date(2026, 10, 21, 9, 5, 30).getTime());
  expect(readMoment("2026-11-20", NOW)).toBe(new Date(2026, 10, 20).getTime());
  expect(readMoment("2026-11-20T08:00:00Z", NOW)).toBe(Date.UTC(2026, 10, 20, 8));
  const berlin = (): number => 3_600_000;
  const noon = Date.UTC(2026, 10, 21, 12);
  expect(readMoment("9:05", noon, berlin)).toBe(Date.UTC(2026, 10, 21, 8, 5));
  expect(readMoment("2026-11-20", noon, berlin)).toBe(Date.UTC(2026, 10, 19, 23));
  expect(readMoment("2026-11-20T08:00Z", noon, berlin)).toBe(Date.UTC(2026, 10, 20, 8));
  for (const text of ["24:00", "2026-13-01", "soon", "5", "-2h", "5w"]) expect(readMoment(text, NOW)).toBeNull();
});

test("whatever the terms, their text reads as them", () => {
  const value = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => text.trim() !== "");
  const words = LOG_FIELDS.events.map(({ word }) => word).filter((word) => word !== "since" && word !== "until");
  const term: fc.Arbitrary<LogTerm> = fc.record({ field: fc.constantFrom("is", "not", ...words), value });
  fc.assert(
    fc.property(fc.array(term, { maxLength: 6 }), (given) => {
      const terms = given.reduce<LogTerm[]>(withTerm, []);
      expect(read(formatLogFilter(terms))).toEqual({ terms, problems: [] });
    }),
  );
});
