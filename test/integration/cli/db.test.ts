import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { LATEST_VERSION } from "../../../src/main/core/store/migrations";
import { hashOf, makeHiveDatabase, withDatabase } from "../../helpers/hive-database";
import { buildHive, makePlace, type Place, records } from "./hive";

let place: Place;

beforeAll(buildHive, 300_000);
beforeEach(() => {
  place = makePlace();
  mkdirSync(join(place.folder, "data"));
  copyFileSync(makeHiveDatabase(), place.databaseFile);
});
afterEach(() => place.remove());

async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await place.hive(["db", ...args, "--json"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return records(out)[0] ?? {};
}

describe("hive db", () => {
  it("looks at a database without changing a byte", async () => {
    const hash = hashOf(place.databaseFile);
    expect(await json("info")).toMatchObject({
      file: place.databaseFile,
      schema_version: null,
      latest_version: LATEST_VERSION,
      operate: null,
      rows: { tasks: 3, events: 14 },
    });
    expect(await json("check")).toMatchObject({ findings: [], foreign_key_violations: 0 });
    const info = await place.hive(["db", "info"]);
    expect(info.out).toMatch(/schema\s+the console has added nothing/);
    expect(info.out).toMatch(/operate\s+possible/);
    expect((await place.hive(["plan", "list"])).code).toBe(0);
    expect(hashOf(place.databaseFile)).toBe(hash);
    expect(existsSync(`${place.databaseFile}-wal`)).toBe(false);
  });

  it("adopts, migrates back and forth, and releases", async () => {
    const adopted = await json("adopt");
    expect(adopted).toMatchObject({ adopted_now: true, schema_version: LATEST_VERSION });
    expect(await json("adopt")).toMatchObject({ adopted_now: false });
    expect(await json("migrate", "--to", "1")).toMatchObject({ from: LATEST_VERSION, to: 1 });
    expect(await json("migrate")).toMatchObject({ from: 1, to: LATEST_VERSION });
    expect(await json("check")).toMatchObject({ findings: [] });
    const { out } = await place.hive(["db", "release"]);
    expect(out).toMatch(/is released.*\n.*as it was before: .*backup-.*\n.*stay: tasks\./);
    expect(await json("release")).toMatchObject({ released: false });
  });

  it("is adopted by the first act, which says so and names the backup; later ones are silent", async () => {
    const file = place.file("one.yaml", "title: One\nsubtasks: [{ id: a, run: 'true' }]\n");
    const { code, err } = await place.hive(["run", file]);
    expect(code).toBe(0);
    const [, backup = ""] = /was adopted; as it was before, it is in (\S+)\.$/m.exec(err) ?? [];
    expect(existsSync(backup)).toBe(true);
    expect(await place.hive(["run", file])).toMatchObject({ code: 0, err: "" });
  }, 60_000);

  it("backs up, beside the database or where it is told, and over nothing", async () => {
    const { backup_file: beside } = await json("backup");
    expect(existsSync(String(beside))).toBe(true);
    expect(await json("backup", "copy.db")).toMatchObject({ backup_file: join(place.folder, "copy.db") });
    const again = await place.hive(["db", "backup", "copy.db"]);
    expect(again).toMatchObject({ code: 2, out: "" });
    expect(again.err).toContain("there is a file of this name");
  });

  it("says what is wrong, with the exit codes of every command", async () => {
    writeFileSync(join(place.folder, "zero.db"), "");
    for (const name of ["info", "check", "adopt", "release", "migrate", "backup"]) {
      const { code, err } = await place.hive(["db", name, "--db", "zero.db"]);
      expect({ name, code }).toEqual({ name, code: 3 });
      expect(err).toMatch(/^hive: .*zero\.db is empty/);
    }
    expect(await place.hive(["db", "migrate"])).toMatchObject({ code: 3 });
    expect(await place.hive(["db", "migrate", "--to", "none"])).toMatchObject({ code: 2 });
  });

  it("lists, verifies and restores backups, and removes what the rules let go", async () => {
    await json("adopt");
    const { backup_file: backup } = await json("backup");
    const listed = records((await place.hive(["db", "backups", "--json"])).out);
    expect(listed.map(({ file }) => file)).toContain(backup);
    expect(await json("verify")).toMatchObject({ verdict: "sound", rows: { tasks: 3 } });
    withDatabase(place.databaseFile, (db) => db.exec("DELETE FROM tasks"));
    const preview = await json("restore", String(backup), "--preview");
    expect(preview.tables).toContainEqual({ table: "tasks", now: 0, restored: 3 });
    expect(await json("restore", String(backup), "--to", "anew.db")).toEqual({ file: join(place.folder, "anew.db") });
    const restored = await json("restore", String(backup), "--reason", "too much deleted");
    expect(existsSync(String(restored.backup_file))).toBe(true);
    expect(place.rows("SELECT count(*) AS n FROM tasks")).toEqual([{ n: 3 }]);
    expect(place.rows("SELECT reason FROM console_audit WHERE act = 'backups.restore'")).toEqual([
      { reason: "too much deleted" },
    ]);

    expect(await json("retention")).toMatchObject({ plan_count: 0, loose_tasks: 0 });
    withDatabase(place.databaseFile, (db) =>
      db.exec(`INSERT INTO console_settings (name, value, at) VALUES ('retention.completedDays', '30', 1);
        UPDATE tasks SET status = 'completed', updated_at = '2020-01-01 00:00:00'`),
    );
    expect(await json("retention", "--dry-run")).toMatchObject({ loose_tasks: 3 });
    expect(place.rows("SELECT count(*) AS n FROM tasks")).toEqual([{ n: 3 }]);
    expect(await json("retention", "--apply")).toMatchObject({ loose_tasks: 3 });
    expect(place.rows("SELECT count(*) AS n FROM tasks")).toEqual([{ n: 0 }]);
    expect((await place.hive(["db", "retention", "--vacuum"])).code).toBe(0);
    expect((await place.hive(["db", "verify", "none.db"])).code).toBe(1);
  });

  it("reports damage with exit code 1", async () => {
    await json("adopt");
    const sql = "UPDATE console_counts SET n = n + 1 WHERE scope = '' AND status = 'queued'";
    withDatabase(place.databaseFile, (db) => db.exec(sql));
    const { code, out } = await place.hive(["db", "check"]);
    expect(code).toBe(1);
    expect(out).toContain("The counter of queued tasks says 3, and there are 2.");
  });
});
