import { beforeEach, describe, expect, it } from "vitest";
import { columnFilter, columnsFor } from "../../../src/renderer/features/board/board-columns";
import { completionsAt } from "../../../src/renderer/features/board/completion";
import { chipsOf, turnPart, withoutPart } from "../../../src/renderer/features/board/filter-words";
import {
  clearSelection,
  extendTo,
  selectAllMatching,
  selectedFilter,
  selectMany,
  toggleTask,
  useSelection,
} from "../../../src/renderer/features/board/selection";
import { moveColumn, placeColumn, readPrefs } from "../../../src/renderer/features/board/table-prefs";
import { errorFingerprint } from "../../../src/shared/model/error-fingerprint";

describe("columns", () => {
  it("are the usual ones, those that have tasks, and those that were there", () => {
    const usual = columnsFor({}, {});
    expect(usual).toEqual(["queued", "assigned", "in_progress", "review_pending", "escalated", "failed", "completed"]);
    expect(columnsFor({}, { cancelled: 2, on_hold: 1, rejected: 0 })).toEqual([...usual, "cancelled", "on_hold"]);
    expect(columnsFor({}, {}, ["rework_needed"])).toContain("rework_needed");
  });

  it("are those of the filter's states; derived ones stand in the column that they are stored in", () => {
    expect(columnsFor({ states: ["failed", "blocked", "on_hold"] }, { completed: 5 })).toEqual([
      "queued",
      "failed",
      "on_hold",
    ]);
    expect(columnFilter({ states: ["blocked"], types: ["llm"] }, "queued")).toEqual({
      states: ["blocked"],
      types: ["llm"],
    });
    expect(columnFilter({}, "in_progress").states).toEqual(["in_progress", "stopping"]);
  });

  it("go away with the states that are left out, and keep the rest of what shares a column", () => {
    const left = { states: ["failed", "waiting"], types: ["llm"] };
    expect(columnsFor({ not: left }, { failed: 3 })).not.toContain("failed");
    expect(columnsFor({ not: left }, {})).toContain("queued");
    expect(columnFilter({ not: left }, "queued")).toEqual({
      states: ["queued", "retrying", "blocked"],
      not: { types: ["llm"] },
    });
  });
});

describe("selection", () => {
  beforeEach(clearSelection);
  const order = ["a", "b", null, "c", "d"];
  const chosen = () => [...useSelection.getState().ids];

  it("toggles, extends over what is not held, and keeps what was chosen before", () => {
    toggleTask("d");
    toggleTask("a");
    extendTo("c", order);
    expect(chosen()).toEqual(["d", "a", "b", "c"]);
    toggleTask("b");
    expect(chosen()).toEqual(["d", "a", "c"]);
  });

  it("begins a range where there is no anchor", () => {
    extendTo("b", order);
    expect(chosen()).toEqual(["b"]);
    extendTo("d", order);
    expect(chosen()).toEqual(["b", "c", "d"]);
  });

  it("means everything that matches, until a single one is toggled", () => {
    selectMany(["a", "b"], true);
    selectAllMatching();
    expect(selectedFilter(useSelection.getState(), { types: ["llm"] })).toEqual({ types: ["llm"] });
    toggleTask("c");
    expect(selectedFilter(useSelection.getState(), {})).toEqual({ ids: ["c"] });
    clearSelection();
    expect(selectedFilter(useSelection.getState(), {})).toBeNull();
  });
});

describe("completion", () => {
  const known = {
    types: ["command", "llm"],
    workers: ["worker-1", "a, b"],
    tags: ["nightly"],
    plans: [{ id: "p-1", title: "Release 2" }],
  };
  const inserted = (text: string, caret = text.length) => completionsAt(text, caret, known).map(({ insert }) => insert);

  it("offers fields for the beginning of a word, values after a colon", () => {
    expect(inserted("st")).toEqual(["state:"]);
    expect(inserted("-st")).toEqual(["-state:"]);
    expect(inserted("-ag")).toEqual([]);
    expect(inserted("-state:fai")).toEqual(["failed"]);
    expect(inserted("state:fai")).toEqual(["failed"]);
    expect(inserted("plan:rel")).toEqual(["p-1"]);
    expect(inserted("worker:a")).toEqual(['"a, b"']);
    expect(inserted("changed:<24")).toEqual(["<24h"]);
    expect(inserted('"state')).toEqual([]);
    expect(inserted("")).toEqual([]);
  });

  it("takes the place of the value that the caret is in", () => {
    const text = "state:failed,bl type:llm";
    const [option] = completionsAt(text, "state:failed,bl".length, known);
    expect(option && text.slice(0, option.from) + option.insert + text.slice(option.to)).toBe(
      "state:failed,blocked type:llm",
    );
  });
});

describe("chips", () => {
  it("say a filter in words", () => {
    const words = chipsOf(
      {
        states: ["failed"],
        planIds: ["p", "q", "r"],
        unchangedFor: { max: 86_400_000 },
        priority: { min: 3 },
        attempts: { min: 2, max: 2 },
      },
      { p: "Release" },
    ).map(({ label, operator, value }) => `${label} ${operator} ${value}`);
    expect(words).toEqual([
      "State is Failed",
      "Plan any of 3 plans",
      "Priority at least 3",
      "Attempts is 2",
      "Changed within 1d",
    ]);
  });
});

describe("what is left out", () => {
  const filter = { states: ["failed"], not: { types: ["llm"], error: "503" } };

  it("has chips of its own, which are removed one by one and turned round", () => {
    expect(chipsOf(filter, {}).map(({ label, operator, value, turned }) => [label, operator, value, turned])).toEqual([
      ["State", "is", "Failed", "is not"],
      ["Type", "is not", "llm", "is"],
      ["Error", "without", "503", "contains"],
    ]);
    expect(withoutPart(filter, { field: "types", isNot: true })).toEqual({ states: ["failed"], not: { error: "503" } });
    expect(withoutPart({ not: { error: "503" } }, { field: "error", isNot: true })).toEqual({});
    expect(turnPart(filter, { field: "states", isNot: false })).toEqual({
      not: { types: ["llm"], error: "503", states: ["failed"] },
    });
    expect(turnPart({ types: ["http"], not: { types: ["llm"] } }, { field: "types", isNot: true })).toEqual({
      types: ["http", "llm"],
    });
  });
});

describe("the table's columns", () => {
  it("come back as they were kept, as far as they still exist", () => {
    const prefs = readPrefs(
      JSON.stringify({
        order: ["reason", "gone", "state"],
        visibility: { id: false, tags: true, x: 3 },
        sizing: { title: 300, id: 9_999 },
      }),
    );
    expect(prefs.order.slice(0, 2)).toEqual(["reason", "state"]);
    expect(prefs.order).toContain("title");
    expect(prefs.visibility).toMatchObject({ id: false, tags: true });
    expect(prefs.sizing).toEqual({ title: 300 });
    expect(readPrefs("{broken").order[0]).toBe("state");
  });

  it("move one place, or to where another one stands", () => {
    expect(moveColumn(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
    expect(moveColumn(["a", "b"], "a", -1)).toEqual(["a", "b"]);
    expect(placeColumn(["a", "b", "c"], "c", "a")).toEqual(["c", "a", "b"]);
    expect(placeColumn(["a", "b"], "x", "a")).toEqual(["a", "b"]);
  });
});

describe("fingerprints of errors", () => {
  it.each([
    ["exit code 1: 17 assertions failed", "exit code <n>: <n> assertions failed"],
    ["HTTP 503 from https://eu.example.com/v2/items/991?x=1", "HTTP <n> from <url>"],
    ["ENOENT: open '/var/lib/hive/work/12/result.json'", "ENOENT: open '<path>'"],
    ["C:\\work\\x.txt is locked", "<path> is locked"],
    ["src/a.c:3: unused variable", "<path>:<n>: unused variable"],
    ["task 0192f0c1-7a4e-7cc1-9b1c-0242ac120002 at 2026-11-21T10:11:12.345Z", "task <id> at <time>"],
    ["commit deadbeef01 at 0x7ffe12", "commit <id> at <n>"],
    ["\n  First line\nsecond 1", "First line"],
    ["Timed out after 1.5 s", "Timed out after <n> s"],
    ["", ""],
  ])("%s", (error, fingerprint) => {
    expect(errorFingerprint(error)).toBe(fingerprint);
    expect(errorFingerprint(fingerprint)).toBe(fingerprint);
  });
});
