import { expect, test, vi } from "vitest";
import { createLogStream } from "../../../src/renderer/features/events/log-stream";
import type { LogPage } from "../../../src/shared/model/log-views";

/** A log of numbers; only multiples of `every` match. */
function createLog(size: number, every = 1) {
  const log = { size, asked: 0 };
  const read = async ({ after, order = "newest", limit = 100, patience = Number.POSITIVE_INFINITY }: LogPage) => {
    log.asked += 1;
    const step = order === "newest" ? -1 : 1;
    const rows: number[] = [];
    let looked = 0;
    for (
      let place = after === undefined ? log.size : Number(after) + step;
      place >= 1 && place <= log.size;
      place += step
    ) {
      looked += 1;
      if (place % every === 0) rows.push(place);
      if (rows.length === limit || looked >= patience) return { rows, next: String(place) };
    }
    return { rows, next: null };
  };
  const clock = { now: 1_000 };
  const options = { cursorOf: String, now: () => clock.now, pageSize: 50, most: 120, patience: 200 };
  return { log, clock, stream: createLogStream<number>({ ...options, read }) };
}

const span = (rows: readonly number[]) => [rows[0], rows.at(-1), rows.length];

test("it begins with the newest and shows what arrives", async () => {
  const { log, stream } = createLog(500);
  await stream.load();
  expect(span(stream.store.getState().rows)).toEqual([500, 451, 50]);
  log.size = 503;
  await stream.look();
  expect(span(stream.store.getState().rows)).toEqual([503, 451, 53]);
  expect(stream.store.getState()).toMatchObject({ heldSince: null, waiting: 0, shift: 0 });
});

test("while it is paused or read in, what arrives is counted and nothing moves", async () => {
  const { log, clock, stream } = createLog(500);
  await stream.load();
  stream.setPaused(true);
  clock.now = 9_000;
  stream.setScrolled(true);
  log.size = 507;
  await stream.look();
  expect(span(stream.store.getState().rows)).toEqual([500, 451, 50]);
  expect(stream.store.getState()).toMatchObject({ heldSince: 1_000, waiting: 7, isMoreWaiting: false });
  log.size = 9_000;
  await stream.look();
  expect(stream.store.getState().isMoreWaiting).toBe(true);
  stream.setPaused(false);
  await vi.waitFor(() => expect(span(stream.store.getState().rows)).toEqual([9_000, 8_951, 50]));
  expect(stream.store.getState()).toMatchObject({ heldSince: null, waiting: 0, isMoreWaiting: false });
});

test("of a long log a window is held, which goes down and up again without a gap", async () => {
  const { log, stream } = createLog(500);
  await stream.load();
  for (let page = 0; page < 5; page += 1) await stream.older();
  expect(span(stream.store.getState().rows)).toEqual([320, 201, 120]);
  expect(stream.store.getState()).toMatchObject({ isCutAbove: true, shift: -180, heldSince: 1_000 });
  log.size = 510;
  await stream.look();
  expect(stream.store.getState().waiting).toBe(10);
  for (let page = 0; page < 4; page += 1) await stream.newer();
  expect(span(stream.store.getState().rows)).toEqual([510, 391, 120]);
  expect(stream.store.getState()).toMatchObject({ isCutAbove: false, shift: 10, heldSince: null, waiting: 0 });
  for (let page = 0; page < 20; page += 1) await stream.older();
  expect(span(stream.store.getState().rows)).toEqual([120, 1, 120]);
  expect(stream.store.getState().next).toBeNull();
});

test("a search for few goes on until a screen is full, and can be stopped", async () => {
  const { log, stream } = createLog(5_000, 100);
  await stream.load();
  expect(stream.store.getState().rows).toHaveLength(40);
  const stopped = createLog(5_000, 1_000);
  const loading = stopped.stream.load();
  stopped.stream.stop();
  await loading;
  expect(stopped.log.asked).toBe(1);
  expect(stopped.stream.store.getState()).toMatchObject({ isReading: false, next: "4801" });
  await stopped.stream.older();
  expect(stopped.stream.store.getState().rows).toEqual([5_000, 4_000, 3_000, 2_000, 1_000]);
  expect(log.asked).toBeGreaterThan(10);
});

test("more than can be told apart begins anew at the newest", async () => {
  const { log, stream } = createLog(100);
  await stream.load();
  log.size = 3_000;
  await stream.look();
  expect(span(stream.store.getState().rows)).toEqual([3_000, 2_951, 50]);
});

test("what cannot be read is told, and what is shown stays", async () => {
  let isBroken = true;
  const read = async () => {
    if (isBroken) throw new Error("locked");
    return { rows: [3, 2, 1], next: "1" };
  };
  const stream = createLogStream<number>({ read, cursorOf: String, now: () => 0, pageSize: 3, most: 9, patience: 9 });
  await stream.load();
  expect(stream.store.getState()).toMatchObject({ status: "failed", error: new Error("locked") });
  isBroken = false;
  stream.stop();
  const loading = stream.load();
  stream.stop();
  await loading;
  isBroken = true;
  await stream.older();
  expect(stream.store.getState()).toMatchObject({ status: "ready", rows: [3, 2, 1], moreError: new Error("locked") });
});
