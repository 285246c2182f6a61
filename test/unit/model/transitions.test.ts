import { expect, test } from "vitest";
import {
  isLegalPlanTransition,
  isTerminalPlan,
  PLAN_STATUSES,
  PLAN_TRANSITIONS,
  planOutcome,
} from "../../../src/shared/model/plan";
import { isLegalRunTransition, isRunTerminal, RUN_STATUSES, RUN_TRANSITIONS } from "../../../src/shared/model/run";
import {
  type Actor,
  isLegalTaskTransition,
  isTaskStatus,
  legalTaskTargets,
  TASK_STATUSES,
  TASK_TRANSITIONS,
} from "../../../src/shared/model/task";
import { HEARTBEAT_LIMIT_MS, workerState } from "../../../src/shared/model/worker";

const ACTORS: readonly Actor[] = ["operator", "runner", "agent", "external"];

/** `-` never; else the initials of those who may: operator, runner, agent, external. Columns as rows. */
const TASKS: Record<string, string> = {
  //                queued  assigned in_progress review approved rejected rework escalated completed failed cancelled
  queued: "         -       re       re          re     -        -        -      -         -         re     orae",
  assigned: "       ore     -        rae         -      -        -        -      -         ae        rae    orae",
  in_progress: "    ore     -        -           rae    -        -        -      rae       rae       rae    orae",
  review_pending: " -       -        -           -      oae      oae      oae    rae       ore       -      orae",
  approved: "       -       -        rae         -      -        -        -      -         rae       -      orae",
  rejected: "       -       -        -           -      -        -        oae    -         -         ore    orae",
  rework_needed: "  ore     -        rae         -      -        -        -      -         -         -      orae",
  escalated: "      oe      -        -           -      oe       oe       -      -         oe        oe     orae",
  completed: "      o       -        -           -      -        -        -      -         -         -      -",
  failed: "         oe      -        -           -      -        -        -      -         -         -      -",
  cancelled: "      oe      -        -           -      -        -        -      -         -         -      -",
};

test("every pair of task statuses is legal for exactly those who may make it", () => {
  for (const from of TASK_STATUSES) {
    const cells = (TASKS[from] ?? "").trim().split(/\s+/);
    expect(cells).toHaveLength(TASK_STATUSES.length);
    TASK_STATUSES.forEach((to, column) => {
      const may = ACTORS.filter((actor) => isLegalTaskTransition(from, to, actor)).map((actor) => actor[0]);
      expect([`${from} -> ${to}`, may.join("") || "-"]).toEqual([`${from} -> ${to}`, cells[column]]);
    });
  }
});

test("a status that nobody knows leads nowhere and is reached by nobody", () => {
  expect(isTaskStatus("made_up")).toBe(false);
  expect(legalTaskTargets("made_up")).toEqual([]);
  expect(ACTORS.some((actor) => isLegalTaskTransition("queued", "made_up", actor))).toBe(false);
  expect(isLegalRunTransition("made_up", "success")).toBe(false);
  expect(isLegalPlanTransition("made_up", "executing")).toBe(false);
});

const RUNS: Record<string, readonly string[]> = {
  pending: ["running", "failure", "cancelled"],
  running: ["success", "failure", "timeout", "cancelled"],
  success: [],
  failure: [],
  timeout: [],
  cancelled: [],
};

test("every pair of run statuses: what has ended stays as it ended", () => {
  for (const from of RUN_STATUSES) {
    for (const to of RUN_STATUSES) {
      expect([from, to, isLegalRunTransition(from, to)]).toEqual([from, to, RUNS[from]?.includes(to)]);
    }
    expect(isRunTerminal(from)).toBe(RUNS[from]?.length === 0);
  }
});

const PLANS: Record<string, readonly string[]> = {
  draft: ["generated", "approved", "executing", "cancelled"],
  generated: ["approved", "executing", "cancelled"],
  approved: ["executing", "cancelled"],
  executing: ["completed", "partially_completed", "failed", "cancelled", "synthesis_failed"],
  completed: ["executing", "closed"],
  partially_completed: ["executing", "closed"],
  failed: ["executing"],
  cancelled: ["executing"],
  synthesis_failed: ["executing"],
  closed: [],
};

test("every pair of plan statuses", () => {
  for (const from of PLAN_STATUSES) {
    for (const to of PLAN_STATUSES) {
      expect([from, to, isLegalPlanTransition(from, to)]).toEqual([from, to, PLANS[from]?.includes(to)]);
    }
    const begun = ["draft", "generated", "approved", "executing"].includes(from);
    expect(isTerminalPlan(from)).toBe(!begun);
  }
});

test("no transition is listed twice, and each says when it is made", () => {
  for (const table of [TASK_TRANSITIONS, RUN_TRANSITIONS, PLAN_TRANSITIONS]) {
    const pairs = table.map(({ from, to }) => `${from} ${to}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(table.every(({ when }) => when.length > 0)).toBe(true);
  }
});

test.each([
  [{ completed: 3 }, false, "completed"],
  [{ completed: 2, failed: 1 }, false, "partially_completed"],
  [{ completed: 1, queued: 4, failed: 1 }, false, "partially_completed"],
  [{ failed: 1, queued: 4 }, false, "failed"],
  [{ cancelled: 2 }, false, "cancelled"],
  [{ cancelled: 1, failed: 1 }, false, "failed"],
  [{}, false, "completed"],
  [{ completed: 2, cancelled: 1 }, true, "cancelled"],
])("a plan with %o (cancelled: %s) ends %s", (counts, cancelled, outcome) => {
  expect(planOutcome(counts, cancelled)).toBe(outcome);
});

const fresh = { status: "active", heartbeatAgeMs: 0, processAlive: true, hasTask: false };

test.each([
  ["idle", fresh],
  ["busy", { ...fresh, hasTask: true }],
  ["idle", { ...fresh, processAlive: null, heartbeatAgeMs: HEARTBEAT_LIMIT_MS }],
  ["stale", { ...fresh, heartbeatAgeMs: HEARTBEAT_LIMIT_MS + 1 }],
  ["stale", { ...fresh, heartbeatAgeMs: null }],
  ["dead", { ...fresh, processAlive: false, hasTask: true }],
  ["dead", { ...fresh, status: "error", processAlive: false }],
  ["error", { ...fresh, status: "error" }],
  ["offline", { ...fresh, status: "offline", processAlive: false }],
] as const)("a worker is shown %s by %o", (state, vitals) => {
  expect(workerState(vitals)).toBe(state);
});
