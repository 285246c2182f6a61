import { expect, it } from "vitest";
import { createMembers } from "../../../src/main/core/fleet/members";
import { type Beat, FLEET_PROTOCOL } from "../../../src/main/core/fleet/protocol";
import { createPersistence } from "../../../src/main/core/runner/persistence";
import { openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const BEAT: Beat = {
  protocol: FLEET_PROTOCOL,
  instance: "one",
  host: "elsewhere",
  pid: 4711,
  pidStart: null,
  bootId: null,
  queue: "default",
  role: "fleet",
  capabilities: [],
  slots: 2,
  version: "test",
  keyId: null,
  opens: [],
  startedAt: 0,
  heartbeatMs: 100,
  state: "open",
  held: [],
};

it("a worker that leaves while it is still being written down leaves no row that seems to wait for tasks", async () => {
  const store = await openTestStore();
  const nothing = () => undefined;
  const persistence = createPersistence({ store, epoch: null, onLost: nothing, onTrouble: nothing });
  const common = { store, persistence, database: "this", keyIds: [], silenceMs: 60_000 };
  const members = createMembers({ ...common, onChange: nothing, onLost: nothing, onRefused: nothing });
  members.hear(JSON.stringify(BEAT));
  members.hear(JSON.stringify({ ...BEAT, state: "leaving" }));
  const status = store.read.prepare<[], string>("SELECT DISTINCT status FROM workers").pluck();
  await waitFor("its rows to be signed off", () => status.all().join() === "offline");
  expect(members.rows()).toEqual([]);
  expect(members.list()).toEqual([]);
  persistence.close();
});
