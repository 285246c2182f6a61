import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  append,
  bufferBytes,
  bufferFrom,
  bufferOf,
  EMPTY_BUFFER,
  type LogLines,
  linesOf,
  MAX_BUFFER_BYTES,
  prepend,
  trim,
} from "../../../src/renderer/ui/log-viewer/log-buffer";
import { findFirstError, findMatches, stepMatch } from "../../../src/renderer/ui/log-viewer/log-find";
import { lineTone } from "../../../src/shared/model/log-text";

function texts(lines: LogLines): string[] {
  return Array.from({ length: lines.count }, (_, index) => lines.text(index));
}

/** ASCII only, so that offsets in the text are byte offsets. */
function piece(log: string, from: number, to: number) {
  return { from, to, text: log.slice(from, to) };
}

describe("linesOf", () => {
  it("shows nothing of an empty log and no line after a final newline", () => {
    expect(linesOf(EMPTY_BUFFER).count).toBe(0);
    expect(texts(linesOf(bufferOf({ from: 0, to: 4, text: "a\nb\n" })))).toEqual(["a", "b"]);
    expect(texts(linesOf(bufferOf({ from: 0, to: 4, text: "\n\nb" })))).toEqual(["", "", "b"]);
  });

  it("puts a line together over any seams, however the log was cut and in whichever order it was read", () => {
    const cuts = fc.tuple(
      fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 60 }),
      fc.array(fc.nat(60), { maxLength: 8 }),
      fc.nat(8),
    );
    fc.assert(
      fc.property(cuts, ([log, points, startAt]) => {
        const borders = [...new Set([0, log.length, ...points.filter((point) => point < log.length)])].sort(
          (a, b) => a - b,
        );
        const pieces = borders.slice(1).map((to, index) => piece(log, borders[index] ?? 0, to));
        const middle = Math.min(startAt, Math.max(0, pieces.length - 1));
        const first = pieces[middle];
        if (first === undefined) return;
        let buffer = bufferOf(first);
        for (const next of pieces.slice(middle + 1)) buffer = append(buffer, next);
        for (const before of pieces.slice(0, middle).reverse()) buffer = prepend(buffer, before);
        const lines = linesOf(buffer);
        const expected = log.endsWith("\n") ? log.slice(0, -1).split("\n") : log.split("\n");
        expect(texts(lines)).toEqual(log === "" ? [] : expected);
        if (lines.count > 0) expect(lines.number(0)).toBe(1);
      }),
    );
  });

  it("keeps a line's id while older text comes and goes", () => {
    const log = "one\ntwo\nthree\nfour\n";
    const buffer = bufferOf(piece(log, 9, 19));
    const id = linesOf(buffer).id(linesOf(buffer).count - 1);
    const grown = linesOf(prepend(buffer, piece(log, 0, 9)));
    const index = grown.indexOfNumber(4) ?? -1;
    expect(grown.id(index)).toBe(id);
    expect(grown.text(index)).toBe("four");
  });

  it("hides a first line that began earlier, and numbers lines only when it can", () => {
    const lines = linesOf(bufferOf({ from: 100, to: 110, text: "tail\nwhole\n" }));
    expect(texts(lines)).toEqual(["whole"]);
    expect(lines.number(0)).toBeNull();
    expect(linesOf({ ...bufferOf({ from: 100, to: 110, text: "tail\nwhole\n" }), numberOffset: 8 }).number(0)).toBe(9);
  });

  it("shows a single endless line from its middle", () => {
    expect(texts(linesOf(bufferOf({ from: 100, to: 104, text: "abcd" })))).toEqual(["abcd"]);
  });
});

describe("trim", () => {
  it("drops the far end and keeps the ids of the rest", () => {
    const block = `${"x".repeat(1023)}\n`.repeat(1024);
    let buffer = bufferOf({ from: 0, to: block.length, text: block });
    for (let at = 1; at < 6; at++) {
      buffer = append(buffer, { from: at * block.length, to: (at + 1) * block.length, text: block });
    }
    const trimmed = trim(buffer, "head");
    expect(bufferBytes(trimmed)).toBeLessThanOrEqual(MAX_BUFFER_BYTES);
    expect(bufferFrom(trimmed)).toBe(2 * block.length);
    const lines = linesOf(trimmed);
    expect(lines.number(0)).toBe(2 * 1024 + 2);
    expect(bufferFrom(trim(buffer, "tail"))).toBe(0);
  });
});

describe("finding", () => {
  const lines = linesOf(bufferOf({ from: 0, to: 40, text: "Warn once\n\u001b[31mwarn\u001b[0m and WARN\nnothing\n" }));

  it("finds every occurrence in the text as read, ignoring case", () => {
    expect(findMatches(lines, "warn")).toEqual([
      { line: 1, start: 0, end: 4, offset: null },
      { line: 2, start: 0, end: 4, offset: null },
      { line: 2, start: 9, end: 13, offset: null },
    ]);
    expect(findMatches(lines, "")).toEqual([]);
  });

  it("steps round at the ends", () => {
    const matches = findMatches(lines, "warn");
    const last = stepMatch(matches, null, -1);
    expect(last).toEqual(matches[2]);
    expect(stepMatch(matches, last, 1)).toEqual(matches[0]);
    expect(stepMatch([], null, 1)).toBeNull();
  });

  it("goes to the first line that says it is an error", () => {
    const text = "0 errors\nwarning: error ahead\n\u001b[1mmain.c:3: error: no\u001b[0m\nerror: second\n";
    const found = findFirstError(linesOf(bufferOf({ from: 0, to: 90, text })));
    expect(found).toMatchObject({ line: 3, start: 10, end: 15 });
    expect(findFirstError(lines)).toBeNull();
  });

  it("tints only lines that open with a weighty word", () => {
    expect(lineTone("main.c(12): warning C4244")).toBe("warning");
    expect(lineTone("[error] no such file")).toBe("error");
    expect(lineTone("tsc: 0 errors")).toBeNull();
  });
});
