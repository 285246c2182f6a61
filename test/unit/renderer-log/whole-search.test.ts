import { describe, expect, it } from "vitest";
import type { LogSource } from "../../../src/renderer/ui/log-viewer/log-reader";
import { NO_SEARCH, searchWhole, type WholeSearch } from "../../../src/renderer/ui/log-viewer/whole-search";
import type { LogFound } from "../../../src/shared/model/log-search";

const hit = (line: number) => ({ offset: line * 10, line, start: 0, end: 3 });
const part = (lines: readonly number[], byte: number, given: Partial<LogFound> = {}): LogFound => ({
  hits: lines.map(hit),
  at: { byte, line: byte / 10 },
  size: 100,
  isDone: false,
  isCapped: false,
  cutLines: 0,
  ...given,
});

function sourceOf(search: LogSource["search"]): LogSource {
  return {
    read: () => Promise.reject(new Error("nothing is read")),
    watch: () => () => undefined,
    save: () => Promise.resolve(null),
    search,
  };
}

describe("searchWhole", () => {
  it("tells what it finds while it searches, and how far it is", async () => {
    const told: WholeSearch[] = [];
    const source = sourceOf(async ({ onFound }) => {
      onFound(part([1, 2], 50));
      onFound(part([7], 100, { isDone: true }));
    });
    const { signal } = new AbortController();
    await searchWhole({ source, text: "x", before: NO_SEARCH, onChange: (search) => told.push(search), signal });
    expect(told.map(({ hits, progress }) => [hits.length, progress])).toEqual([
      [0, 0],
      [2, 0.5],
      [3, null],
    ]);
    expect(told.at(-1)).toMatchObject({ isDone: true, size: 100 });
  });

  it("goes on where it ended, and finds the last line anew because it may have grown", async () => {
    let last: WholeSearch = NO_SEARCH;
    const begun: unknown[] = [];
    const source = sourceOf(async ({ from, onFound }) => {
      begun.push(from);
      if (from === undefined) onFound(part([1, 9], 90, { isDone: true }));
      else onFound(part([9, 10], 120, { isDone: true, size: 120 }));
    });
    const { signal } = new AbortController();
    const onChange = (search: WholeSearch): void => {
      last = search;
    };
    await searchWhole({ source, text: "x", before: NO_SEARCH, onChange, signal });
    await searchWhole({ source, text: "x", before: last, onChange, signal });
    expect(begun).toEqual([undefined, { byte: 90, line: 9 }]);
    expect(last.hits.map(({ line }) => line)).toEqual([1, 9, 10]);
  });

  it("tells nothing any more once it is given up, and why it failed otherwise", async () => {
    const told: WholeSearch[] = [];
    const control = new AbortController();
    const source = sourceOf(async ({ onFound }) => {
      control.abort();
      onFound(part([1], 50));
      throw new Error("no such log");
    });
    const onChange = (search: WholeSearch): void => void told.push(search);
    await searchWhole({ source, text: "x", before: NO_SEARCH, onChange, signal: control.signal });
    expect(told).toHaveLength(1);
    const { signal } = new AbortController();
    const failing = sourceOf(() => Promise.reject(new Error("no such log")));
    await searchWhole({ source: failing, text: "x", before: NO_SEARCH, onChange, signal });
    expect(told.at(-1)).toMatchObject({ error: "no such log", progress: null });
  });
});
