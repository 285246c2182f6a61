import { describe, expect, it } from "vitest";
import { type KeyPress, keyCaps, matchesKeys } from "../../../src/renderer/ui/keys";

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe("matchesKeys", () => {
  it("matches a letter only without modifiers", () => {
    expect(matchesKeys("j", press("j"))).toBe(true);
    expect(matchesKeys("j", press("J", { shiftKey: true }))).toBe(false);
    expect(matchesKeys("j", press("j", { ctrlKey: true }))).toBe(false);
    expect(matchesKeys("j", press("j", { altKey: true }))).toBe(false);
  });

  it("takes caps lock for no modifier", () => {
    expect(matchesKeys("j", press("J"))).toBe(true);
  });

  it("wants the modifiers it names", () => {
    expect(matchesKeys("Shift+R", press("R", { shiftKey: true }))).toBe(true);
    expect(matchesKeys("Mod+Enter", press("Enter", { ctrlKey: true }))).toBe(true);
    expect(matchesKeys("Mod+Enter", press("Enter", { metaKey: true }))).toBe(true);
    expect(matchesKeys("Mod+Enter", press("Enter"))).toBe(false);
  });

  it("knows the sign that joins keys as a key", () => {
    expect(matchesKeys("+", press("+", { shiftKey: true }))).toBe(true);
    expect(matchesKeys("Mod++", press("+", { ctrlKey: true, shiftKey: true }))).toBe(true);
    expect(matchesKeys("Mod++", press("+"))).toBe(false);
    expect(keyCaps("Mod++")).toEqual(["Ctrl", "+"]);
  });

  it("matches signs however the layout types them", () => {
    expect(matchesKeys("?", press("?", { shiftKey: true }))).toBe(true);
    expect(matchesKeys("]", press("]", { ctrlKey: true, altKey: true }))).toBe(true);
    expect(matchesKeys("]", press("]", { ctrlKey: true }))).toBe(false);
  });

  it("names the space bar", () => {
    expect(matchesKeys("Space", press(" "))).toBe(true);
  });
});

describe("keyCaps", () => {
  it("draws what is printed on keyboards", () => {
    expect(keyCaps("Mod+Enter")).toEqual(["Ctrl", "Enter"]);
    expect(keyCaps("j")).toEqual(["J"]);
    expect(keyCaps("ArrowDown")).toEqual(["↓"]);
  });
});
