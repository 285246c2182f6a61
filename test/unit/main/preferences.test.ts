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
    expect(open().values).toMatchObject({ bounds, lastFolder: "/work", maximized: false, zoom: 1 });
  });

  it.each(["", "nonsense", "[]", '{"bounds":{"x":"left"}}', '{"background":"red; }"}'])(
    "begins anew when the file holds %j",
    (text) => {
      open().update({ maximized: true });
      writeFileSync(join(folder, "deep", "window.json"), text);
      expect(open().values).toEqual({ maximized: false, recentPlans: [], zoom: 1 });
    },
  );

  it("begins with what another window wrote last, a step aside, and then keeps its own", () => {
    const common = join(folder, "common.json");
    const openWith = (name: string) =>
      openPreferences(join(folder, name), (message) => complaints.push(message), common);
    openWith("one.json").update({ bounds: { x: 1, y: 2, width: 1200, height: 800 }, zoom: 1.25 });
    const second = openWith("two.json");
    expect(second.values).toMatchObject({ bounds: { x: 33, y: 34, width: 1200, height: 800 }, zoom: 1.25 });
    second.update({ zoom: 2 });
    expect(openWith("one.json").values).toMatchObject({ bounds: { x: 1, y: 2 }, zoom: 1.25 });
    expect(openWith("two.json").values.zoom).toBe(2);
  });

  it("reports a place where nothing can be written, and goes on", () => {
    writeFileSync(join(folder, "deep"), "a file in the way");
    const preferences = open();
    preferences.update({ maximized: true });
    expect(preferences.values.maximized).toBe(true);
    expect(complaints).toHaveLength(1);
    expect(readFileSync(join(folder, "deep"), "utf8")).toBe("a file in the way");
  });
});
