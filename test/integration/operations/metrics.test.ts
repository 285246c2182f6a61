import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { openMetricsServer } from "../../../src/main/core/metrics-server";
import { checkAndRemember, getAgentPerformance, routeTo } from "../../../src/main/core/operations/agent-history";
import { readMetrics } from "../../../src/main/core/operations/metrics";
import { serveMetrics } from "../../../src/main/core/operations/metrics-duty";
import { setFlags } from "../../../src/main/core/operations/migration";
import { listAgentChecks } from "../../../src/main/core/store/metric-rows";
import { openStore, type Store } from "../../../src/main/core/store/open";
import { prometheusText } from "../../../src/shared/model/metrics";
import { makeHiveDatabase } from "../../helpers/hive-database";
import { addWorkers, afterThisTest, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const textOf = async (store: Store) => prometheusText(await readMetrics(store, {}));

describe("the figures of a database", () => {
  it("are in Prometheus' format, names and labels once each", async () => {
    const store = await openTestStore();
    await launch(store, graphOf({ a: [], b: ["a"] }));
    const [first] = await claim(store, await addWorkers(store, 1));
    await finish(store, first?.runId ?? "", "success");
    await setFlags(store, { flags: { enable_dual_write: true }, actor: "ann", reason: "x" });
    await store.write((tx) => tx.prepare("UPDATE tasks SET priority = 3").run());
    await expect(
      store.write(() => {
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    const text = await textOf(store);
    expect(text).toContain('hive_tasks{status="completed"} 1\nhive_tasks{status="queued"} 1\n');
    expect(text).toContain('hive_migration_phase{phase="C"} 1\n');
    expect(text).toContain('hive_migration_flag{flag="enable_dual_write"} 1\n');
    expect(text).toMatch(/^hive_write_latency_seconds_count\{mode="legacy",events="off"\} [1-9]/m);
    expect(text).toMatch(/^hive_write_latency_seconds_count\{mode="dual",events="off"\} [1-9]/m);
    expect(text).toMatch(/^hive_write_latency_seconds_bucket\{mode="dual",events="off",le="\+Inf"\} [1-9]/m);
    expect(text).toContain("hive_write_rollbacks_total 1\n");
    expect(text).toMatch(/^hive_console_writes\{mode="dual",events="off",outcome="undone"\} 1$/m);
    expect(text).toMatch(
      /^hive_console_write_latency_seconds\{mode="legacy",events="off",quantile="0.95"\} [\d.e-]+$/m,
    );
    expect(text).toMatch(/^hive_events_last_minute\{by="programs"\} [1-9]/m);
    expect(text).toMatch(/^hive_agents_registered 1\d$/m);
    expect(text).toContain('hive_agent_runs{agent="noop",status="success"} 1\n');
    const lines = text.trimEnd().split("\n");
    const series = lines.filter((line) => !line.startsWith("#")).map((line) => line.replace(/ \S+$/, ""));
    expect(new Set(series).size).toBe(series.length);
    const names = lines.filter((line) => line.startsWith("# TYPE")).map((line) => line.split(" ")[2]);
    expect(new Set(names).size).toBe(names.length);
    expect(lines.every((line) => /^# (HELP|TYPE) hive_\w+ .|^hive_\w+(\{[^{}]*\})? -?[\d.e+-]+$/.test(line))).toBe(
      true,
    );
  });

  it("escape what labels may not hold", () => {
    const samples = [{ labels: { a: 'x"\\\n' }, value: 1 }];
    expect(prometheusText([{ name: "m", kind: "gauge", help: "h\\\n", samples }])).toBe(
      '# HELP m h\\\\\\n\n# TYPE m gauge\nm{a="x\\"\\\\\\n"} 1\n',
    );
  });

  it("are there of a database that was never adopted", async () => {
    const store = await openStore({ file: makeHiveDatabase(), mode: "observe" });
    afterThisTest(() => store.close());
    expect(await textOf(store)).toContain('hive_migration_phase{phase="A"} 1\n');
  });
});

describe("the figures on a port", () => {
  it("are there while a port is set, for this machine alone", async () => {
    const store = await openTestStore();
    const free = await openMetricsServer(async () => "", 0);
    const { port } = free;
    const duty = serveMetrics(store, {}, 20);
    afterThisTest(() => duty.stop());
    const set = (value: number) =>
      store.write((tx) =>
        tx
          .prepare("INSERT OR REPLACE INTO console_settings (name, value, at) VALUES ('runner.metricsPort', ?, 1)")
          .run(String(value)),
      );
    const get = (path = "/metrics", headers: Record<string, string> = {}) =>
      new Promise<{ status: number; text: string } | null>((resolve) => {
        const asked = request({ host: "127.0.0.1", port, path, headers }, (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
          });
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        });
        asked.on("error", () => resolve(null));
        asked.end();
      });
    await set(port);
    // Somebody else has it: it is tried again until that one lets go.
    expect(await get()).toEqual({ status: 200, text: "" });
    await free.close();
    const answer = await waitFor("the figures", () => get());
    expect(answer.text).toContain("# TYPE hive_migration_phase gauge");
    expect(await get("/")).toMatchObject({ status: 404 });
    expect(await get("/metrics", { host: "evil.example" })).toMatchObject({ status: 404 });
    await set(0);
    await waitFor("the port to be free", async () => (await get()) === null);
  });
});

describe("agents", () => {
  it("have a history of health, and what their attempts came to", async () => {
    const store = await openTestStore();
    const place = { databaseFile: store.file, environment: {} };
    const checks = await checkAndRemember(store, place);
    await checkAndRemember(store, place, "ai-planner");
    expect(checks.length).toBeGreaterThan(10);
    const history = listAgentChecks(store.read, "ai-planner", 10);
    expect(history.map(({ status }) => status)).toContain("unhealthy");
    expect(history[0]?.message).toMatch(/No model is named/);
    await launch(store, graphOf({ a: [], b: [] }));
    const [a, b] = await claim(store, await addWorkers(store, 2));
    await finish(store, a?.runId ?? "", "success");
    expect(getAgentPerformance(store)).toMatchObject([
      { agent: "noop", running: b ? 1 : 0, ended: 1, successShare: 1 },
    ]);
  });

  it("are chosen by capability, health and load", async () => {
    const store = await openTestStore();
    const place = { databaseFile: store.file, environment: { HIVE_AGENT_HIVE_CODER_COMMAND: "/bin/cat" } };
    const routed = await routeTo(store, place, "test");
    // The reviewer tests as well, and is not set up.
    expect(routed.map(({ id, status }) => [id, status])).toEqual([
      ["hive-coder", "healthy"],
      ["ai-reviewer", "unhealthy"],
    ]);
    expect(routed[1]?.message).toMatch(/No model is named/);
    expect((await routeTo(store, place, "deploy"))[0]?.id).toBe("ai-deployer");
  });
});
