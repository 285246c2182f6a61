import { expect, it } from "vitest";
import { dotOf, type TrayState, tooltipOf } from "../../../src/main/tray-state";

const QUIET: TrayState = { name: "hive.db", running: 0, failed: 0, waiting: 0, unseen: 0, isPaused: false };

it("the worst gives the dot its colour", () => {
  expect(dotOf(QUIET)).toBeNull();
  expect(dotOf({ ...QUIET, running: 3 })).toBe("running");
  expect(dotOf({ ...QUIET, running: 3, waiting: 1 })).toBe("waiting");
  expect(dotOf({ ...QUIET, running: 3, waiting: 1, failed: 1 })).toBe("failed");
});

it("the words name the database and what there is", () => {
  expect(tooltipOf(QUIET)).toBe("Hive Console: hive.db\n0 running");
  const busy = { ...QUIET, running: 3, failed: 2, waiting: 1, unseen: 4, isPaused: true };
  expect(tooltipOf(busy)).toBe("Hive Console: hive.db\n3 running, 2 failed, 1 waiting for a person, 4 unseen, paused");
});
