import { describe, expect, it } from "vitest";
import { changesOf } from "../../../src/renderer/features/task-inspector/audit-words";

describe("changesOf", () => {
  it("lists what is another than before, by key", () => {
    expect(changesOf({ before: { status: "failed", priority: 1 }, after: { status: "queued", priority: 1 } })).toEqual([
      { key: "status", before: "failed", after: "queued" },
    ]);
  });

  it("shows what came and what went", () => {
    expect(changesOf({ before: { run: ["a", 1] }, after: { timeout: 5 } })).toEqual([
      { key: "run", before: '["a",1]', after: "" },
      { key: "timeout", before: "", after: "5" },
    ]);
    expect(changesOf({ before: null, after: { status: "queued" } })).toEqual([
      { key: "status", before: "", after: "queued" },
    ]);
  });

  it("reads what is no mapping as one value", () => {
    expect(changesOf({ before: 1, after: 2 })).toEqual([{ key: "value", before: "1", after: "2" }]);
    expect(changesOf({ before: null, after: null })).toEqual([]);
  });
});
