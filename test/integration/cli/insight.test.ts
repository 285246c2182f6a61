import { readdirSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { waitFor } from "../../helpers/wait";
import { buildHive, makePlace, type Place, records } from "./hive";

let place: Place;
beforeAll(buildHive, 240_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const CHAIN = `title: Chain
subtasks:
  - { id: first, run: echo one }
  - { id: second, run: "echo two; sleep 0.3", dependencies: first }
`;

describe("hive plan dry-run", () => {
  it("without a database tells the order and makes none", async () => {
    const { code, out, err } = await place.hive(["plan", "dry-run", place.file("chain.yaml", CHAIN)]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Chain: 2 tasks in 2 waves");
    expect(out).toContain("unknown: 2 tasks never completed before");
    expect(out).toMatch(/^▸ {4}2 {2}\? +unknown +second/m);
    expect((await place.hive(["plan", "list"])).code).toBe(3);
  });

  it("learns from runs", async () => {
    const file = place.file("chain.yaml", CHAIN);
    for (let run = 0; run < 2; run += 1) expect((await place.hive(["run", file])).code).toBe(0);
    const { code, out } = await place.hive(["plan", "dry-run", file, "--json", "--slots", "3"]);
    expect(code).toBe(0);
    expect(records(out)[0]).toMatchObject({
      title: "Chain",
      slots: 3,
      peak: 1,
      critical_path: ["first", "second"],
      forecast: { kind: "estimate", past_runs: 2, known: 2, unknown: 0, fewest_samples: 2 },
      findings: [],
    });
    const p50 = Number(/"p50_ms":(\d+)/.exec(out)?.[1]);
    expect(p50).toBeGreaterThanOrEqual(300);
    expect((await place.hive(["plan", "dry-run", file])).out).toMatch(
      /finish +in .+ \(P50\), .+ \(P90\), from 2 past runs/,
    );
  });

  it("ends with 1 when something is in its way, and with 2 when the plan or a parameter is wrong", async () => {
    const missing = place.file("missing.yaml", "title: M\nsubtasks:\n  - { id: a, run: no-such-program-here }\n");
    const found = await place.hive(["plan", "dry-run", missing]);
    expect(found.code).toBe(1);
    expect(found.out).toContain("✗ no-such-program-here is not found on PATH");
    expect(() => place.rows("SELECT 1")).toThrow();
    const broken = place.file("broken.yaml", "title: B\nsubtasks:\n  - { id: a, run: 'true', dependencies: b }\n");
    expect(await place.hive(["plan", "dry-run", broken])).toMatchObject({ code: 2, out: "" });
    expect(await place.hive(["plan", "dry-run", missing, "--param", "x=1"])).toMatchObject({ code: 2 });
    expect(await place.hive(["plan", "dry-run", "nowhere.yaml"])).toMatchObject({ code: 2 });
  });
});

describe("hive why", () => {
  it("names the gate and the rows, by a subtask's id, and what would help", async () => {
    const plan =
      "title: W\nsubtasks:\n  - { id: bad, run: exit 4 }\n  - { id: behind, run: 'true', dependencies: bad }\n";
    expect((await place.hive(["run", place.file("w.yaml", plan)])).code).toBe(1);
    const { code, out, err } = await place.hive(["why", "behind"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^✗ Dependencies +Its dependency is not met, and cannot be: bad failed\.$/m);
    expect(out).toMatch(/Retry bad: hive task retry [0-9a-f-]{36}/);
    const [why] = records((await place.hive(["why", "bad", "--json"])).out);
    expect(why).toMatchObject({
      subtask_id: "bad",
      state: "failed",
      headline: "It failed: Exit code 4. Its plan does not retry it.",
    });
    expect(await place.hive(["why", String(why?.task_id)])).toMatchObject({ code: 0 });
    expect(await place.hive(["why", "nobody"])).toMatchObject({ code: 2, out: "" });
  });
});

describe("hive run-log", () => {
  it("prints the log as it was written: all of it, its end, or as it grows", async () => {
    const plan = `title: L
subtasks:
  - { id: count, run: "seq 1 20; printf 'no newline'" }
  - { id: slow, run: "echo begun; while [ ! -e go ]; do sleep 0.05; done; echo ended" }
`;
    const running = place.start(["run", place.file("l.yaml", plan)]);
    await running.printed(/completed +count/);
    const all = await place.hive(["run-log", "count"]);
    expect(all).toMatchObject({ code: 0, err: "" });
    expect(all.out).toBe(`${Array.from({ length: 20 }, (_, line) => line + 1).join("\n")}\nno newline`);
    expect((await place.hive(["run-log", "count", "--tail", "2"])).out).toBe("20\nno newline");
    expect((await place.hive(["run-log", "count", "--tail", "500"])).out).toBe(all.out);

    const following = place.start(["run-log", "slow", "--follow"]);
    await following.printed(/begun/);
    writeFileSync(`${place.folder}/go`, "");
    expect(await following.ended).toMatchObject({ code: 0, out: "begun\nended\n" });
    expect((await running.ended).code).toBe(0);
    expect(await place.hive(["run-log", "nobody"])).toMatchObject({ code: 2, out: "" });
  });
});

describe("hive doctor", () => {
  it("finds nothing wrong on a sound database, and says so", async () => {
    await place.hive(["run", place.file("chain.yaml", CHAIN)]);
    const { code, out } = await place.hive(["doctor"]);
    expect(out).toContain("Nothing keeps plans from running.");
    expect(code).toBe(0);
  });

  it("names tasks that nobody starts, attempts without a process and dead workers", async () => {
    const plan = "title: D\nsubtasks:\n  - { id: a, run: sleep 300 }\n  - { id: b, run: sleep 300 }\n";
    const running = place.start(["run", place.file("d.yaml", plan), "--workers", "1"]);
    await running.printed(/in_progress/);
    const [run] = await waitFor("its process", () => {
      const rows = place.rows("SELECT pid FROM console_runs WHERE pid IS NOT NULL");
      return rows.length > 0 ? rows : null;
    });
    running.child.kill("SIGKILL");
    await running.ended;
    process.kill(-Number(run?.pid), "SIGKILL");
    const findings = await waitFor("the process to be gone", async () => {
      const { code, out } = await place.hive(["doctor", "--json"]);
      const found = records(out);
      return code === 1 && found.some(({ area, severity }) => area === "runs" && severity === "warning") ? found : null;
    });
    expect(findings).toContainEqual(expect.objectContaining({ area: "dispatcher", severity: "problem" }));
    expect(findings).toContainEqual(expect.objectContaining({ area: "workers", severity: "warning" }));
    for (const { severity, action } of findings) if (severity !== "ok") expect(action).not.toBeNull();
  });

  it("names what is wrong in the data, shows a repair, and makes it", async () => {
    await place.hive(["run", place.file("chain.yaml", CHAIN)]);
    const database = new Database(place.databaseFile);
    database.exec("UPDATE console_counts SET n = n + 1 WHERE scope = '' AND status = 'completed'");
    database.close();
    const { code, out } = await place.hive(["doctor", "--json"]);
    expect(code).toBe(1);
    expect(records(out)).toContainEqual(
      expect.objectContaining({ area: "data", kind: "counts", severity: "problem", count: 1 }),
    );
    const preview = await place.hive(["doctor", "--repair", "counts", "--preview"]);
    expect(preview.out).toContain("1 row would be changed.");
    const repaired = await place.hive(["doctor", "--repair", "counts", "--reason", "drift"]);
    expect(repaired.out).toContain("1 row put right");
    expect((await place.hive(["doctor", "--quick"])).code).toBe(0);
    expect(place.rows("SELECT reason FROM console_audit WHERE act = 'doctor.repair'")).toEqual([{ reason: "drift" }]);
  });

  it("is content with a database that is not there yet", async () => {
    const { code, out } = await place.hive(["doctor"]);
    expect(code).toBe(0);
    expect(out).toContain("There is no database");
  });
});

describe("hive bench", () => {
  it("measures, and leaves nothing behind", async () => {
    const { code, out, err } = await place.hive(["bench", "--json", "--folder", place.folder]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const measured = records(out);
    expect(measured.map(({ name }) => name)).toEqual([
      "cores",
      "durable_commit",
      "noop_tasks",
      "command_tasks",
      "bare_processes",
    ]);
    for (const { value } of measured) expect(value).toBeGreaterThan(0);
    expect(readdirSync(place.folder).filter((name) => name.startsWith("hive-bench-"))).toEqual([]);
  });
});
