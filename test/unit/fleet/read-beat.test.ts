import { describe, expect, it } from "vitest";
import { FLEET_PROTOCOL } from "../../../src/main/core/fleet/protocol.ts";
import { readBeat } from "../../../src/main/core/fleet/read-beat.ts";

const BEAT = {
  ...{ protocol: FLEET_PROTOCOL, instance: "i", host: "node-1", pid: 7, pidStart: null, bootId: null, queue: "gpu" },
  ...{ role: "fleet", capabilities: [], slots: 2, version: "1.2.3", keyId: null, opens: [], startedAt: 0 },
  ...{ heartbeatMs: 2_500, state: "open", held: [] },
};

const read = (given: object, keyIds: readonly string[] = []) => readBeat(JSON.stringify({ ...BEAT, ...given }), keyIds);

describe("what a worker says of itself", () => {
  it("makes it a member when both sides read each other", () => {
    expect(read({})).toMatchObject({ kind: "member", beat: { host: "node-1" } });
    expect(read({ keyId: "a", opens: ["a"] }, ["a"])).toMatchObject({ kind: "member" });
  });

  it("lets a new key take over without a moment in which anybody is refused", () => {
    const [old, both, turned, fresh] = [["old"], ["old", "new"], ["new", "old"], ["new"]];
    const steps: ReadonlyArray<readonly [worker: string[], console: string[]]> = [
      [old, old],
      [both, old],
      [both, turned],
      [fresh, turned],
      [fresh, fresh],
    ];
    for (const [worker, here] of steps) {
      expect(read({ keyId: worker[0], opens: worker }, here), `${worker} at ${here}`).toMatchObject({ kind: "member" });
    }
  });

  it.each([
    [{ keyId: null, opens: [] }, ["a"], /has no key, and this console the key a/],
    [{ keyId: "a", opens: ["a"] }, [], /has the key a, and this console no key/],
    [{ keyId: "b", opens: ["b", "a"] }, ["a"], /has the key b, and this console the key a/],
    [{ keyId: "a", opens: ["a"] }, ["b", "a"], /the key b: give both the same HIVE_FLEET_KEY/],
    [{ protocol: 99, slots: "many" }, [], /speaks version 99 of the fleet's protocol.*install the same release/],
    [{ slots: -1 }, [], /cannot be read/],
  ])("has it refused with the reason: %j", (given, keyIds, reason) => {
    expect(read(given, keyIds)).toMatchObject({ kind: "refused", reason: expect.stringMatching(reason) });
  });

  it("is passed over when it is no beat at all", () => {
    for (const text of ["", "{", "[]", "7", '{"instance":"i"}']) expect(readBeat(text, []), text).toBeNull();
  });
});
