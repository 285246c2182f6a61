import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPreferences } from "../../../src/main/preferences";

describe("preferences", () => {
  let folder: string;
  const complaints: string[] = [];
  const open = () => openPreferences(join(folder, "deep", "window.json"), (message) => complaints.push(message));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hive-preferences-"));
    complaints.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("remembers", () => {
    const bounds = { x: 1, y: 2, width: 1200, height: 800 };
    open().update({ bounds, lastFolder: "/work" });
    expect(open().values).toEqual({ bounds, lastFolder: "/work", maximized: false });
  });

  it.each(["", "nonsense", "[]", '{"bounds":{"x":"left"}}', '{"background":"red; }"}'])(
    "begins anew when the file holds %j",
    (text) => {
      open().update({ maximized: true });
      writeFileSync(join(folder, "deep", "window.json"), text);
      expect(open().values).toEqual({ maximized: false });
    },
  );

  it("reports a place where nothing can be written, and goes on", () => {
    writeFileSync(join(folder, "deep"), "a file in the way");
    const preferences = open();
    preferences.update({ maximized: true });
    expect(preferences.values.maximized).toBe(true);
    expect(complaints).toHaveLength(1);
    expect(readFileSync(join(folder, "deep"), "utf8")).toBe("a file in the way");
  });
});
