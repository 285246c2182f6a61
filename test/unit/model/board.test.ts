import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as board from "../../../src/shared/model/board";
import { PLAN_STATUSES } from "../../../src/shared/model/plan";
import { TASK_STATUSES } from "../../../src/shared/model/task";

describe("The Board's words", () => {
  it("come back from Hive's as they went", () => {
    for (const [word] of board.BOARD_PLAN_STATUSES) {
      expect(board.planStatusForBoard(board.planStatusFromBoard(word))).toBe(word);
    }
    for (const [word] of board.BOARD_TASK_STATES) {
      expect(board.taskStateForBoard(board.taskStateFromBoard(word))).toBe(word);
    }
    for (const [kind] of board.BOARD_EVENT_KINDS) {
      expect(board.kindOfEventType(board.eventTypeOfKind(kind))).toBe(kind);
    }
  });

  it("exist for every state of Hive's", () => {
    const planWords = new Set(board.BOARD_PLAN_STATUSES.map(([word]) => word));
    const taskWords = new Set(board.BOARD_TASK_STATES.map(([word]) => word));
    expect(PLAN_STATUSES.filter((status) => !planWords.has(board.planStatusForBoard(status)))).toEqual([]);
    expect(TASK_STATUSES.filter((status) => !taskWords.has(board.taskStateForBoard(status)))).toEqual([]);
  });

  it("leave alone what nobody knows", () => {
    expect(board.planStatusFromBoard("on_hold")).toBe("on_hold");
    expect(board.taskStateForBoard("thinking")).toBe("thinking");
    expect(board.kindOfEventType(board.eventTypeOfKind("synthesis_started"))).toBe("synthesis_started");
    expect(board.kindOfEventType("task.assigned")).toBe("task_assigned");
  });
});

describe("docs/board.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/board.md"), "utf8");
  const tables = text
    .split("| The Board | Hive |\n| --- | --- |\n")
    .slice(1)
    .map((rest) => (rest.split("\n\n")[0] ?? "").trim().split("\n"));
  const row = (left: string, right: string, note = "") => `| \`${left}\`${note} | \`${right}\` |`;
  const fromHive = ([hive, word]: readonly [string, string]) => row(word, hive, " (from Hive only)");
  const both = ([word, hive]: readonly [string, string]) => row(word, hive);

  it("has the tables that the code has", () => {
    expect(tables).toEqual([
      [...board.BOARD_PLAN_STATUSES.map(both), ...board.HIVE_ONLY_PLAN_STATUSES.map(fromHive)],
      [...board.BOARD_TASK_STATES.map(both), ...board.HIVE_ONLY_TASK_STATES.map(fromHive)],
      [
        ...board.BOARD_EVENT_KINDS.map(both),
        ...board.BOARD_ONLY_EVENT_KINDS.map(([kind, type]) => row(kind, type, " (to Hive only)")),
      ],
    ]);
  });
});
