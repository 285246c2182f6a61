import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createUpdateDuty } from "../../../src/main/update-duty";
import { askForUpdate, compareVersions, type Update } from "../../../src/main/updates";

describe("compareVersions", () => {
  const ordered = [
    "0.9.9",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.10",
    "1.2.0",
    "10.0.0",
  ];

  it("puts versions in the order of semver.org, whichever way they are asked", () => {
    const index = fc.nat(ordered.length - 1);
    fc.assert(
      fc.property(index, index, (one, other) => {
        const compared = compareVersions(ordered[one] ?? "", ordered[other] ?? "");
        expect(Math.sign(compared)).toBe(Math.sign(one - other));
      }),
    );
  });

  it("does not look at what was built", () => {
    expect(compareVersions("1.0.0+a", "1.0.0+b")).toBe(0);
  });
});

describe("a server of versions", () => {
  let server: Server;
  let url = "";
  let asked: string[] = [];
  let answer: RequestListener = () => undefined;

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} cookie:${request.headers.cookie ?? "none"}`);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/latest.json`;
  });
  afterEach(() => void server.close());

  const say = (body: unknown) => {
    answer = (_request, response) => response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
  const ask = (version = "1.2.3") => askForUpdate({ url, version, fetch });

  it("tells of a newer version, and of nothing else", async () => {
    say({ version: "v1.3.0", page: "https://example.com/1.3.0" });
    expect(await ask()).toEqual({ kind: "newer", update: { version: "1.3.0", page: "https://example.com/1.3.0" } });
    expect(await ask("1.3.0")).toEqual({ kind: "current" });
    expect(await ask("2.0.0-beta.1")).toEqual({ kind: "current" });
    expect(asked).toEqual(Array(3).fill("GET /latest.json cookie:none"));
  });

  it.each<[string, unknown]>([
    ["no JSON", "<html>"],
    ["no version", { tag: "1" }],
    ["a version that is none", { version: "latest" }],
    ["a page that is no web page", { version: "9.0.0", page: "file:///etc/passwd" }],
    ["far too much", { version: "9.0.0", notes: "x".repeat(100_000) }],
  ])("an answer with %s is a failure that says so", async (_what, body) => {
    say(body);
    expect(await ask()).toMatchObject({ kind: "failed", why: expect.stringContaining(url) });
  });

  it("follows nobody elsewhere", async () => {
    answer = (_request, response) => response.writeHead(302, { location: "/other" }).end();
    expect(await ask()).toMatchObject({ kind: "failed" });
    expect(asked).toHaveLength(1);
  });

  describe("once a day", () => {
    let folder = "";
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "hive-updates-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("asks nobody by default; switched on, once a day, and tells of each version once, in whichever window", async () => {
      let now = Date.UTC(2026, 10, 21);
      const settings = new Map<string, unknown>();
      const told: Update[] = [];
      const open = () =>
        createUpdateDuty({
          machine: { get: (name) => settings.get(name) },
          version: "1.0.0",
          fetch: (_url, init) => fetch(url, init),
          stateFile: join(folder, "updates.json"),
          now: () => now,
          tell: (update) => told.push(update),
          report: (message) => expect.fail(message),
        });
      const duty = open();
      say({ version: "1.1.0" });
      expect(await duty.ask(), "nobody to ask").toBeNull();
      await duty.look();
      settings.set("updates.url", "https://example.com/latest.json");
      await duty.look();
      expect(asked, "an address alone asks nothing").toEqual([]);

      settings.set("updates.check", true);
      await duty.look();
      await open().look();
      expect(asked).toHaveLength(1);
      expect(told).toEqual([{ version: "1.1.0", page: null }]);

      now += 25 * 3_600_000;
      await duty.look();
      expect(asked, "the next day").toHaveLength(2);
      expect(told).toHaveLength(1);
      now += 25 * 3_600_000;
      say({ version: "1.1.1" });
      await open().look();
      expect(told.map(({ version }) => version)).toEqual(["1.1.0", "1.1.1"]);

      settings.set("updates.check", false);
      now += 25 * 3_600_000;
      await duty.look();
      expect(asked).toHaveLength(3);
    });
  });
});
