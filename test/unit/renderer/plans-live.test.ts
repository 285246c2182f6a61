import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { HiveBridge } from "../../../src/preload/bridge";
import {
  loadMorePlans,
  loadPlans,
  showWaitingPlans,
  startPlans,
  usePlans,
} from "../../../src/renderer/features/plans/plans-store";
import { startSync, useSync, watchRun } from "../../../src/renderer/sync";
import type { LivePatch, Page } from "../../../src/shared/contract";
import type { Envelope } from "../../../src/shared/errors";
import type { PlanSummary } from "../../../src/shared/model/views";

const plan = (id: string, createdAt: number, status = "executing"): PlanSummary => ({
  id,
  title: `Plan ${id}`,
  status,
  sourceName: "plan.yaml",
  launchedBy: "window",
  createdAt,
  startedAt: createdAt,
  finishedAt: null,
  taskCount: 1,
  counts: { in_progress: 1 },
  cancelRequested: false,
  cleaning: false,
  paused: false,
});

/** Main as the window knows it: answers by the contract and pushes patches. */
function fakeMain() {
  const patchListeners = new Set<(patch: LivePatch) => void>();
  const state = { revision: 5, reads: 0, answer: (): Envelope<unknown> => page([]), onItsWay: Promise.resolve() };
  const call = async (name: string): Promise<Envelope<unknown>> => {
    if (name === "live.subscribe") {
      const { revision } = state;
      await state.onItsWay;
      return { ok: true, value: { revision } };
    }
    state.reads += 1;
    return state.answer();
  };
  const on = (name: string, listener: (patch: LivePatch) => void): (() => void) => {
    if (name === "patch") patchListeners.add(listener);
    return () => patchListeners.delete(listener);
  };
  const push = (plans: readonly PlanSummary[], { skip = 0, removed = [] as string[] } = {}): void => {
    state.revision += 1 + skip;
    const patch: LivePatch = {
      revision: state.revision,
      plans,
      tasks: [],
      workers: [],
      board: null,
      removed: { plans: removed, tasks: [], workers: [] },
      runner: { slots: 2, running: 0, busySlots: 0, dispatching: true, dispatcher: null, pausedReason: null },
    };
    for (const listener of patchListeners) listener(patch);
  };
  return { state, push, bridge: { call, on } as unknown as HiveBridge };
}

function page(rows: readonly PlanSummary[], next: string | null = null): Envelope<Page<PlanSummary>> {
  return { ok: true, value: { rows, next } };
}

const refused: Envelope<never> = { ok: false, error: { code: "database_busy", message: "It is locked.", details: {} } };
const shown = (): readonly string[] => usePlans.getState().rows.order;

let main: ReturnType<typeof fakeMain>;
let ends: Array<() => void> = [];

async function start(answer: () => Envelope<unknown>): Promise<void> {
  main.state.answer = answer;
  ends = [startSync(), startPlans()];
  await vi.waitFor(() => expect(usePlans.getState().status).not.toBe("loading"));
}

beforeEach(() => {
  main = fakeMain();
  vi.stubGlobal("window", { hive: main.bridge });
  usePlans.setState(usePlans.getInitialState(), true);
  useSync.setState(useSync.getInitialState(), true);
});

afterEach(() => {
  for (const end of ends) end();
  vi.unstubAllGlobals();
});

it("takes an answer that a patch has overtaken for no gap", async () => {
  await start(() => page([plan("a", 1)]));
  const { reads } = main.state;
  let arrive = (): void => undefined;
  main.state.onItsWay = new Promise((resolve) => {
    arrive = resolve;
  });
  const subscribed = watchRun("run");
  await Promise.resolve();
  main.push([]);
  arrive();
  await subscribed;
  main.push([plan("a", 1, "completed")]);
  expect(usePlans.getState().rows.byId.a?.status).toBe("completed");
  expect(main.state.reads).toBe(reads);
});

it("changes rows where they stand", async () => {
  await start(() => page([plan("b", 2), plan("a", 1)]));
  main.push([plan("a", 1, "completed")]);
  expect(shown()).toEqual(["b", "a"]);
  expect(usePlans.getState().rows.byId.a?.status).toBe("completed");
  main.push([], { removed: ["b"] });
  expect(shown()).toEqual(["a"]);
});

it("shows a new plan at once at the top, and on request while the list is scrolled", async () => {
  await start(() => page([plan("a", 1)]));
  main.push([plan("b", 2)]);
  expect(shown()).toEqual(["b", "a"]);
  usePlans.setState({ scroll: 200 });
  main.push([plan("c", 3)]);
  main.push([plan("c", 3, "completed")]);
  expect(shown()).toEqual(["b", "a"]);
  expect(usePlans.getState().waiting).toEqual([plan("c", 3, "completed")]);
  showWaitingPlans();
  expect(shown()).toEqual(["c", "b", "a"]);
});

it("leaves out what belongs to a page that is not here yet", async () => {
  await start(() => page([plan("c", 3), plan("b", 2)], "cursor"));
  main.push([plan("a", 1)]);
  expect(shown()).toEqual(["c", "b"]);
  expect(usePlans.getState().waiting).toEqual([]);
});

it("reads everything again when a patch was missed", async () => {
  await start(() => page([plan("a", 1)]));
  await vi.waitFor(() => expect(useSync.getState().lastContact).not.toBeNull());
  main.push([]);
  expect(main.state.reads).toBe(1);
  main.state.answer = () => page([plan("z", 9), plan("a", 1)]);
  main.push([], { skip: 1 });
  await vi.waitFor(() => expect(shown()).toEqual(["z", "a"]));
});

it("reads as many pages again as were shown", async () => {
  await start(() => page([plan("c", 3), plan("b", 2)]));
  main.state.answer = () => (main.state.reads % 2 === 0 ? page([plan("c", 3)], "cursor") : page([plan("b", 2)]));
  await loadPlans();
  expect(shown()).toEqual(["c", "b"]);
  expect(main.state.reads).toBe(3);
});

it("keeps what is shown when reading it again fails, says so, and tries until it works", async () => {
  await start(() => page([plan("a", 1)]));
  await vi.waitFor(() => expect(useSync.getState().lastContact).not.toBeNull());
  vi.useFakeTimers();
  try {
    main.state.answer = () => refused;
    main.push([], { skip: 1 });
    await vi.waitFor(() => expect(useSync.getState().failure).toBe("It is locked."));
    expect(shown()).toEqual(["a"]);
    main.state.answer = () => page([plan("b", 2)]);
    await vi.runOnlyPendingTimersAsync();
    await vi.waitFor(() => expect(shown()).toEqual(["b"]));
    expect(useSync.getState().failure).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

it("tells a first read that fails apart from a later page that does", async () => {
  await start(() => refused);
  expect(usePlans.getState().status).toBe("failed");
  usePlans.setState({ status: "ready", next: "cursor" });
  await loadMorePlans();
  expect(usePlans.getState()).toMatchObject({ status: "ready", loadingMore: false });
  expect(usePlans.getState().moreError).toMatchObject({ code: "database_busy" });
});
