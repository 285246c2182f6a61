import { describe, expect, it } from "vitest";
import { parseAnsi } from "../../../src/renderer/ui/log-viewer/ansi";
import { plainLine } from "../../../src/shared/model/log-text";

const esc = "\u001b[";

describe("parseAnsi", () => {
  it("leaves plain text as one span", () => {
    expect(parseAnsi("hello")).toEqual([{ text: "hello", style: {} }]);
  });

  it("reads named colours, attributes and their ends", () => {
    expect(parseAnsi(`${esc}1;31mfail${esc}22m soft${esc}0m end`)).toEqual([
      { text: "fail", style: { bold: true, color: 1 } },
      { text: " soft", style: { bold: false, dim: false, color: 1 } },
      { text: " end", style: {} },
    ]);
  });

  it("reads bright, palette and true colours", () => {
    expect(parseAnsi(`${esc}92ma${esc}38;5;196mb${esc}48;2;1;2;3mc`).map((span) => span.style)).toEqual([
      { color: 10 },
      { color: "rgb(255 0 0)" },
      { color: "rgb(255 0 0)", background: "rgb(1 2 3)" },
    ]);
  });

  it("drops what moves a cursor, titles and control characters, and keeps tabs", () => {
    expect(plainLine(`${esc}2K\u001b]0;title\u0007a\tb\u0000${esc}1Gc`)).toBe("a\tbc");
  });

  it("keeps the last rewrite of a progress line", () => {
    expect(plainLine("10 %\r50 %\r100 %\r")).toBe("100 %");
  });

  it("survives an unfinished sequence", () => {
    expect(plainLine(`text${esc}`)).toBe("text");
  });
});
