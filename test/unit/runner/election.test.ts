import { describe, expect, it } from "vitest";
import { LEASE_MS, mayTake, sight } from "../../../src/main/core/runner/election";
import { localWorkerIds, slotOf } from "../../../src/main/core/runner/local-workers";
import type { Lease } from "../../../src/main/core/store/lease";

const holder = { holderId: "h", pid: 1, pidStart: "1", host: "here", bootId: "b", program: "window", slots: 2 };
const held = (beat: number, epoch = 3): Lease => ({ epoch, beat, holder });

describe("the lease", () => {
  it("is taken when it is free or its holder is dead", () => {
    const free: Lease = { epoch: 3, beat: 9, holder: null };
    const view = { sighting: sight(null, free, 1_000), now: 1_000 };
    expect(mayTake({ ...view, lease: free, holderAlive: null })).toBe(true);
    expect(mayTake({ ...view, lease: held(9), holderAlive: false })).toBe(true);
    expect(mayTake({ ...view, lease: held(9), holderAlive: true })).toBe(false);
    expect(mayTake({ ...view, lease: held(9), holderAlive: null })).toBe(false);
  });

  it("is taken when its beat stands still for its whole length by the watcher's own clock", () => {
    const first = sight(null, held(5), 1_000);
    const still = sight(first, held(5), 2_500);
    expect(still).toEqual(first);
    const view = { lease: held(5), sighting: still, holderAlive: true };
    expect(mayTake({ ...view, now: 1_000 + LEASE_MS - 1 })).toBe(false);
    expect(mayTake({ ...view, now: 1_000 + LEASE_MS })).toBe(true);
  });

  it("lives on with every beat, and with a new holder", () => {
    const first = sight(null, held(5), 1_000);
    expect(sight(first, held(6), 2_000)).toEqual({ epoch: 3, beat: 6, at: 2_000 });
    expect(sight(first, held(5, 4), 2_000)).toEqual({ epoch: 4, beat: 5, at: 2_000 });
    // A watcher that was itself stopped for an hour looks at a lease that was kept meanwhile.
    const woken = sight(first, held(7_000), 3_600_000);
    expect(mayTake({ lease: held(7_000), sighting: woken, now: 3_600_000, holderAlive: null })).toBe(false);
  });
});

describe("local workers", () => {
  it("are named by their slots", () => {
    expect(localWorkerIds(3)).toEqual(["local-1", "local-2", "local-3"]);
    expect(["local-12", "local-0", "local-x", "remote-1", "my-local-1"].map(slotOf)).toEqual([
      12,
      null,
      null,
      null,
      null,
    ]);
  });
});
