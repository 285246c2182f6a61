import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hashOf, makeHiveDatabase } from "../../helpers/hive-database";
import { waitFor } from "../../helpers/wait";
import { buildHive, makePlace, type Place } from "./hive";

const ENDLESS = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n)";
let place: Place;

beforeAll(buildHive, 300_000);
beforeEach(() => {
  place = makePlace();
  mkdirSync(join(place.folder, "data"));
  copyFileSync(makeHiveDatabase(), place.databaseFile);
});
afterEach(() => place.remove());

describe("hive db query", () => {
  it("answers queries and refuses the rest, without changing a byte", async () => {
    const hash = hashOf(place.databaseFile);
    const table = await place.hive([
      "db",
      "query",
      "SELECT count(*) AS tasks FROM tasks; SELECT NULL AS n, x'0a' AS b",
    ]);
    expect(table.out.split("\n")).toEqual([
      "tasks",
      "3",
      expect.stringMatching(/^n +b$/),
      expect.stringMatching(/^NULL +1 B 0a$/),
      "",
    ]);
    const json = await place.hive(["db", "query", "SELECT :a AS a, 1.5 AS b", "--param", "a=x=y", "--json"]);
    expect(JSON.parse(json.out)).toEqual([{ a: "x=y", b: 1.5 }]);
    for (const [sql, code, words] of [
      ["DELETE FROM tasks", 1, /DELETE was refused/],
      ["ATTACH 'x' AS y", 1, /another file/],
      ["PRAGMA journal_mode = DELETE", 1, /PRAGMA was refused/],
      ["SELECT nope", 2, /no such column: nope/],
      ["/* nothing */", 2, /no statement/],
    ] as const) {
      expect(await place.hive(["db", "query", sql])).toMatchObject({ code, err: expect.stringMatching(words) });
    }
    const late = await place.hive(["db", "query", `${ENDLESS} SELECT count(*) FROM n`, "--timeout", "1"]);
    expect(late).toMatchObject({ code: 1, err: expect.stringContaining("longer than 1 s") });
    expect(hashOf(place.databaseFile)).toBe(hash);
    expect(existsSync(`${place.databaseFile}-wal`)).toBe(false);
  });

  it("writes a file whole or not at all", async () => {
    const file = join(place.folder, "rows.jsonl");
    const { code } = await place.hive(["db", "query", "SELECT 1 AS x UNION ALL SELECT 2", "--out", file]);
    expect([code, readFileSync(file, "utf8")]).toEqual([0, '{"x":1}\n{"x":2}\n']);
    const endless = place.start(["db", "query", `${ENDLESS} SELECT x FROM n`, "--out", join(place.folder, "all.csv")]);
    await waitFor("the file to begin", () => readdirSync(place.folder).some((name) => name.endsWith(".part")));
    endless.child.kill("SIGINT");
    expect((await endless.ended).code).toBe(130);
    expect(readdirSync(place.folder).filter((name) => name.startsWith("all"))).toEqual([]);
  });
});
