import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { concealEnding, concealLog, hideInPiece } from "../../../src/main/core/runner/conceal";

const MEGABYTE = 1024 * 1024;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hive-conceal-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a log with secrets", () => {
  it("has asterisks in their places and is else what it was, wherever they stand", async () => {
    const secrets = { one: "tick-tock", two: 'a"\nü', three: "tick" };
    const words = [...Object.values(secrets), JSON.stringify(secrets.two).slice(1, -1)];
    // Around the places where one piece of the file ends and the next begins.
    const place = fc.tuple(fc.constantFrom(0, MEGABYTE, 2 * MEGABYTE), fc.integer({ min: -30, max: 30 }));
    const hit = fc.tuple(place, fc.constantFrom(...words));
    await fc.assert(
      fc.asyncProperty(fc.array(hit, { minLength: 1, maxLength: 6 }), async (hits) => {
        const log = Buffer.alloc(2 * MEGABYTE + 100, "x");
        const covered = new Set<number>();
        for (const [[base, shift], word] of hits) {
          const bytes = Buffer.from(word);
          const at = Math.max(0, base + shift);
          const span = Array.from({ length: bytes.length }, (_, index) => at + index);
          if (span.some((index) => covered.has(index) || covered.has(index - 1) || covered.has(index + 1))) continue;
          log.set(bytes, at);
          for (const index of span) covered.add(index);
        }
        const expected = Buffer.from(log);
        for (const index of covered) expected[index] = "*".charCodeAt(0);
        const path = join(folder, "log");
        writeFileSync(path, log);
        await concealLog(path, secrets);
        expect(readFileSync(path).equals(expected)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("may be missing, empty, or without any", async () => {
    await concealLog(join(folder, "none"), { one: "tick" });
    for (const [text, secrets] of [
      ["", { one: "tick" }],
      ["tick", {}],
      ["tick", { one: "" }],
    ] as const) {
      writeFileSync(join(folder, "log"), text);
      await concealLog(join(folder, "log"), secrets);
      expect(readFileSync(join(folder, "log"), "utf8")).toBe(text);
    }
  });
});

describe("a piece of a log that is still written", () => {
  const words = ["tick-tock", "tück", "tick"];
  const hidden = (text: string, isEnd: boolean): string => {
    const piece = Buffer.from(text);
    hideInPiece(piece, words, isEnd);
    return piece.toString();
  };

  it.each([
    ["a tick-tock, a tick, a tück", "a *********, a ****, a *****"],
    ["ticktick", "********"],
    ["tick-toc", "****-toc"],
    ["tock", "tock"],
  ])("shows %s as %s", (text, shown) => {
    expect(hidden(text, false)).toBe(shown);
  });

  it("hides what has come of a secret, where it may go on", () => {
    expect(hidden("it is tick-to", true)).toBe("it is *******");
    expect(hidden("it is tüc", true)).toBe("it is ****");
    expect(hidden("it is tic", true)).toBe("it is tic");
  });
});

describe("the end of an attempt", () => {
  const ending = { outcome: "success", exitCode: 0, signal: null, error: null, result: null } as const;
  const secrets = { one: "tick-tock", two: 'a"b\\c', three: "1234" };

  it.each([
    ['{"a":"tick-tock!","b":["x"]}', '{"a":"***!","b":["x"]}'],
    ['{"a":"a\\"b\\\\c"}', '{"a":"***"}'],
    ['{ "a": 1 }', '{ "a": 1 }'],
    ['{"tick-tock":1}', '"***"'],
    ['{"n":123456}', '"***"'],
    ['"\\u0074ick-tock"', '"***"'],
  ])("with the result %s keeps %s", (result, kept) => {
    expect(concealEnding({ ...ending, result }, secrets).result).toBe(kept);
  });

  it("has an error message without them", () => {
    expect(concealEnding({ ...ending, error: "Exit code 1: tick-tock is wrong" }, secrets).error).toBe(
      "Exit code 1: *** is wrong",
    );
  });
});
