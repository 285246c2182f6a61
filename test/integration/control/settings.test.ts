import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCore } from "../../../src/main/core/client";
import { openMachineSettings } from "../../../src/main/core/machine-settings";
import { listAudit } from "../../../src/main/core/operations/events";
import { cancelPlan, getPlan } from "../../../src/main/core/operations/plans";
import {
  exportSettings,
  getSetting,
  importSettings,
  listSettings,
  readSettingsFile,
  resetSetting,
  setSetting,
} from "../../../src/main/core/operations/settings";
import { readTuning } from "../../../src/main/core/operations/tuning";
import { getWorkerRows } from "../../../src/main/core/operations/workers";
import { SETTINGS } from "../../../src/shared/model/setting";
import { afterThisTest, launch, openTestStore, planOf, subtask, temporaryFolder } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

async function openPlaces() {
  const folder = temporaryFolder();
  const file = join(folder, "settings.json");
  const store = await openTestStore();
  return { file, places: { store, machine: openMachineSettings(file) } };
}

const actor = "tester";

describe("settings", () => {
  it("begin with their defaults, and every default is a value that could be given", async () => {
    const { places } = await openPlaces();
    const rows = listSettings(places);
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ isSet, problem }) => isSet || problem !== null)).toEqual([]);
    const refused = SETTINGS.filter((one) => one.default !== null && !one.schema.safeParse(one.default).success);
    expect(refused.map(({ name }) => name)).toEqual([]);
  });

  it("of the database are audited with before and after, and go back to their default", async () => {
    const { places } = await openPlaces();
    await setSetting(places, { name: "runner.graceSeconds", value: 30, reason: "slow servers", actor });
    await setSetting(places, { name: "runner.graceSeconds", value: 30, actor });
    expect(getSetting(places, "runner.graceSeconds")).toMatchObject({ value: 30, isSet: true });
    expect(readTuning(places.store.read).graceMs).toBe(30_000);
    await resetSetting(places, { name: "runner.graceSeconds", actor });
    expect(getSetting(places, "runner.graceSeconds")).toMatchObject({ value: 5, isSet: false });
    await setSetting(places, { name: "runner.slots", value: 3, actor });
    const { rows } = await listAudit(places.store, { order: "oldest" });
    expect(rows.map(({ act, entityId, before, after, reason }) => ({ act, entityId, before, after, reason }))).toEqual([
      {
        act: "settings.set",
        entityId: "runner.graceSeconds",
        before: null,
        after: { value: 30 },
        reason: "slow servers",
      },
      { act: "settings.reset", entityId: "runner.graceSeconds", before: { value: 30 }, after: null, reason: null },
      { act: "runner.setSlots", entityId: "runner.slots", before: null, after: { slots: 3 }, reason: null },
    ]);
  });

  it("that cannot be are refused with what can, and nothing changes", async () => {
    const { places } = await openPlaces();
    const set = (name: string, value: unknown) => setSetting(places, { name, value, actor });
    await expect(set("runner.graceSeconds", 601)).rejects.toThrow("Give 0 to 600 seconds. Nothing was changed.");
    await expect(set("runner.heartbeatSeconds", 6)).rejects.toThrow("Give 1 to 5 seconds");
    await expect(set("time.zone", "Nowhere/Land")).rejects.toThrow("no time zone of this name");
    await expect(set("llm.endpoint", "file:///etc/passwd")).rejects.toThrow("http://");
    await expect(set("notifications.rules", [{ name: "", topic: "x" }])).rejects.toThrow("a rule needs a name");
    await expect(set("no.such", 1)).rejects.toThrow('There is no setting "no.such" here');
    await expect(set("appearance.zoom", 1)).rejects.toThrow("It is of a window");
    expect(listSettings(places).filter(({ isSet }) => isSet)).toEqual([]);
  });

  it("of the computer are seen by another process, and survive a damaged file", async () => {
    const { places, file } = await openPlaces();
    await setSetting(places, { name: "time.zone", value: "Europe/Berlin", actor });
    expect(openMachineSettings(file).get("time.zone")).toBe("Europe/Berlin");
    writeFileSync(file, '{"time.zone": "Mars/Base", "appearance');
    expect(getSetting(places, "time.zone")).toMatchObject({ value: "system", isSet: false });
    await setSetting(places, { name: "time.clock", value: "12", actor });
    expect(readFileSync(`${file}.damaged`, "utf8")).toContain("Mars/Base");
    writeFileSync(file, '{"time.zone": "Mars/Base"}');
    const zone = getSetting(places, "time.zone");
    expect(zone).toMatchObject({ value: "system", isSet: true });
    expect(zone.problem).toContain("no time zone of this name");
  });

  it("go to another database by a file; one fault keeps all of it out", async () => {
    const one = await openPlaces();
    await setSetting(one.places, { name: "runner.slots", value: 7, actor });
    await setSetting(one.places, { name: "retention.failedDays", value: 90, actor });
    await setSetting(one.places, { name: "appearance.density", value: "comfortable", actor });
    const text = JSON.stringify(exportSettings(one.places));
    const two = await openPlaces();
    const changes = readSettingsFile(two.places, text);
    expect(changes.map(({ name, before, after }) => [name, before, after])).toEqual([
      ["runner.slots", null, 7],
      ["retention.failedDays", 0, 90],
      ["appearance.density", "compact", "comfortable"],
    ]);
    expect(await importSettings(two.places, { changes, actor })).toBe(3);
    expect(readSettingsFile(two.places, text)).toEqual([]);
    const broken = JSON.stringify({
      format: "hive-console-settings",
      version: 1,
      settings: { "runner.slots": 0, "no.such": 1, "time.clock": "24" },
    });
    expect(() => readSettingsFile(two.places, broken)).toThrow(/runner\.slots: .*\nno\.such: there is no such setting/);
    expect(() => readSettingsFile(two.places, "{")).toThrow("the file is not JSON");
    expect(() => readSettingsFile(two.places, "{}")).toThrow("no file of settings");
    expect(getSetting(two.places, "runner.slots").value).toBe(7);
  });
});

it("a runner follows what is set for its database by another process, also for a task that runs", async () => {
  const file = join(temporaryFolder(), "hive.db");
  const other = await openTestStore({ file });
  const places = { store: other, machine: openMachineSettings(join(temporaryFolder(), "settings.json")) };
  // With this grace period the task below would outlive the test.
  await setSetting(places, { name: "runner.graceSeconds", value: 600, actor });
  const core = await openCore({ file, create: true, runner: { slots: 1, program: "cli" } });
  afterThisTest(() => core.close());
  await waitFor("the dispatcher", () => core.runner.info().dispatching);
  const marker = join(temporaryFolder(), "up");
  const run = `trap '' TERM; touch ${marker}; while :; do sleep 0.05; done`;
  const planId = await launch(core.store, planOf([subtask("stubborn", { agent: "command", run })]));
  await waitFor("the stubborn task", () => existsSync(marker));

  await setSetting(places, { name: "runner.roles", value: ["gpu"], actor });
  await waitFor("the new role", () => {
    const [local] = getWorkerRows(core.store, ["local-1"]);
    return local?.capabilities.includes("gpu") && local.currentTaskTitle === "Task stubborn";
  });
  await setSetting(places, { name: "runner.graceSeconds", value: 0, actor });
  await cancelPlan(core.store, { planId, actor });
  await waitFor("the end of the plan", () => getPlan(core.store, { planId }).status === "cancelled", {
    timeoutMs: 60_000,
  });
});
