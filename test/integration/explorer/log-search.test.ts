import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LogSearch, searchLog } from "../../../src/main/explorer/log-search";
import { type LogFound, type LogHit, MOST_LOG_HITS } from "../../../src/shared/model/log-search";
import { findInLine } from "../../../src/shared/model/log-text";
import { temporaryFolder } from "../../helpers/store";

const START = { byte: 0, line: 1 };

async function all(search: LogSearch): Promise<{ hits: LogHit[]; last: LogFound | undefined; parts: number }> {
  const hits: LogHit[] = [];
  let last: LogFound | undefined;
  let parts = 0;
  for await (const found of searchLog(search)) {
    hits.push(...found.hits);
    last = found;
    parts += 1;
  }
  return { hits, last, parts };
}

function fileOf(content: string | Buffer): string {
  const path = join(temporaryFolder(), "run.log");
  writeFileSync(path, content);
  return path;
}

/** The plain way: the whole text split into lines. */
function slowly(text: string, needle: string): LogHit[] {
  let offset = 0;
  return text.split("\n").flatMap((line, index) => {
    const hits = findInLine(line, needle.toLowerCase()).map((range) => ({ offset, line: index + 1, ...range }));
    offset += Buffer.byteLength(line) + 1;
    return hits;
  });
}

describe("searchLog", () => {
  it("finds what lies in lines as they are read: without escapes, after returns, whatever the case", async () => {
    const text = "one\n\u001b[31mWA\u001b[0mRN here\n10 %\r20 %\rwarned\nnothing\nlast warn";
    const { hits, last } = await all({ log: { path: fileOf(text) }, query: { text: "warn" }, from: START });
    expect(hits.map(({ line, start }) => [line, start])).toEqual([
      [2, 0],
      [3, 0],
      [5, 5],
    ]);
    expect(hits.map(({ offset }) => text.slice(offset).split("\n")[0])).toEqual([
      "\u001b[31mWA\u001b[0mRN here",
      "10 %\r20 %\rwarned",
      "last warn",
    ]);
    expect(last).toMatchObject({ isDone: true, isCapped: false, at: { line: 5 } });
  });

  it("finds nothing in what is hidden, and all else where it is shown", async () => {
    const log = { path: fileOf("token tücks here\nab\ncdef: here\n") };
    const hidden = ["tücks", "xyab\ncdef"];
    expect((await all({ log, query: { text: "ück" }, from: START, hidden })).hits).toEqual([]);
    expect((await all({ log, query: { text: "cde" }, from: START, hidden })).hits).toEqual([]);
    const { hits } = await all({ log, query: { text: "here" }, from: START, hidden });
    expect(hits.map(({ line, start }) => [line, start])).toEqual([
      [1, 13],
      [3, 6],
    ]);
  });

  it("finds the same as reading all lines one by one, in any text, stored or in a file", async () => {
    const letter = fc.constantFrom("a", "b", "A", "\n", "é", "😀", "\u001b[1m", "\r", "ß");
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: letter, maxLength: 200 }),
        fc.constantFrom("a", "ab", "é", "ba"),
        async (text, needle) => {
          const expected = slowly(text, needle);
          const stored = await all({ log: { text }, query: { text: needle }, from: START });
          expect(stored.hits).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("finds across the pieces that a long log is read in, with the right places", async () => {
    const line = (index: number): string => `${index} ${index % 9_999 === 0 ? "needle " : ""}${"é".repeat(40)}`;
    const text = Array.from({ length: 60_000 }, (_, index) => line(index)).join("\n");
    const { hits } = await all({ log: { path: fileOf(text) }, query: { text: "NEEDLE" }, from: START });
    expect(hits).toEqual(slowly(text, "needle"));
    expect(hits).toHaveLength(7);
  });

  it("does not mind bytes that are no UTF-8, and counts them as they are", async () => {
    const bytes = Buffer.concat([
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from("\nneedle\n"),
      Buffer.from([0xc3, 0x28]),
    ]);
    const { hits } = await all({ log: { path: fileOf(bytes) }, query: { text: "needle" }, from: START });
    expect(hits).toEqual([{ offset: 4, line: 2, start: 0, end: 6 }]);
  });

  it("goes on from where an earlier search ended, with the last line again", async () => {
    const path = fileOf("a needle\nhalf a nee");
    const first = await all({ log: { path }, query: { text: "needle" }, from: START });
    expect(first.hits).toHaveLength(1);
    writeFileSync(path, "dle\nneedle\n", { flag: "a" });
    const from = first.last?.at ?? START;
    const second = await all({ log: { path }, query: { text: "needle" }, from });
    expect(second.hits.map(({ line }) => line)).toEqual([2, 3]);
  });

  it("searches the beginning of a line of megabytes, and says so", async () => {
    const path = fileOf(`needle ${"x".repeat(3_000_000)} needle\nneedle\n`);
    const { hits, last } = await all({ log: { path }, query: { text: "needle" }, from: START });
    expect(hits.map(({ line, offset }) => [line, offset])).toEqual([
      [1, 0],
      [2, 3_000_015],
    ]);
    expect(last?.cutLines).toBe(1);
  });

  it("stops at the most that it gives", async () => {
    const path = fileOf("x x\n".repeat(MOST_LOG_HITS));
    const { hits, last } = await all({ log: { path }, query: { text: "x" }, from: START });
    expect(hits).toHaveLength(MOST_LOG_HITS);
    expect(last).toMatchObject({ isDone: true, isCapped: true });
  });

  it("finds the first line that says it is an error, and no other", async () => {
    const path = fileOf("0 errors\nwarning: mind\nmain.c:3: \u001b[31merror\u001b[0m: no\nerror: second\n");
    const { hits, last } = await all({ log: { path }, query: { firstError: true }, from: START });
    expect(hits).toEqual([{ offset: 23, line: 3, start: 10, end: 15 }]);
    expect(last?.isCapped).toBe(false);
  });

  it("finds nothing in nothing, and says why a log cannot be read", async () => {
    expect(await all({ log: { path: fileOf("") }, query: { text: "x" }, from: START })).toMatchObject({
      hits: [],
      last: { isDone: true, size: 0 },
    });
    const gone = join(temporaryFolder(), "gone.log");
    await expect(all({ log: { path: gone }, query: { text: "x" }, from: START })).rejects.toThrow(/ENOENT/);
  });
});
