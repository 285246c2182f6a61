import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { judge, type TaskChange, type TaskFacts } from "../../src/shared/model/task-change";

const DOCUMENT = readFileSync(join(import.meta.dirname, "../../docs/control.md"), "utf8");

const CHANGES: Readonly<Record<string, TaskChange>> = {
  retry: { act: "tasks.retry" },
  cancel: { act: "tasks.cancel", mode: "kill" },
  priority: { act: "tasks.setPriority", priority: 9 },
  approve: { act: "tasks.approve" },
  reject: { act: "tasks.reject" },
  "send back": { act: "tasks.sendBack" },
};

function facts(status: string): TaskFacts {
  const live = status === "live";
  return {
    status: live ? "in_progress" : status === "one that nobody knows" ? "made_up" : status,
    live,
    stopRequested: null,
    isHeld: false,
    priority: 1,
    plan: { status: "executing", cancelling: false },
  };
}

test("docs/control.md says of every status what is done", () => {
  const lines = DOCUMENT.split("\n");
  const start = lines.findIndex((line) => line.startsWith("| | retry |"));
  const cells = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const names = cells(lines[start] ?? "").slice(1);
  const rows = lines.slice(start + 2, lines.indexOf("", start));
  expect(rows).toHaveLength(11);
  for (const [label = "", ...words] of rows.map(cells)) {
    for (const status of label.split(", ")) {
      names.forEach((name, at) => {
        const change = CHANGES[name] ?? { act: "tasks.forceState", status: status === "queued" ? "failed" : "queued" };
        const verdict = judge(change, facts(status));
        expect([status, name, verdict.touch]).toEqual([status, name, words[at] !== "-"]);
        const isPlain = !["set", "forced", "stopped, or let to its end"].includes(words[at] ?? "");
        if (verdict.touch && isPlain) expect([status, name, verdict.becomes]).toEqual([status, name, words[at]]);
      });
    }
  }
});

test("a plan that is at its end, or on its way there, keeps what would reopen it", () => {
  const retry = (status: string, cancelling: boolean) =>
    judge({ act: "tasks.retry" }, { ...facts("failed"), plan: { status, cancelling } });
  expect(retry("executing", true)).toMatchObject({ touch: false, reason: "plan_cancelling" });
  expect(retry("closed", false)).toMatchObject({ touch: false, reason: "plan_closed" });
  for (const status of ["completed", "failed", "cancelled", "partially_completed", "synthesis_failed"]) {
    expect(retry(status, true)).toEqual({ touch: true, becomes: "queued" });
  }
});

test("a stop that was asked for is not asked for again, but letting it end may become killing it", () => {
  const cancel = (mode: "kill" | "let_end", stopRequested: string | null) => {
    const verdict = judge({ act: "tasks.cancel", mode }, { ...facts("live"), stopRequested });
    return verdict.touch ? verdict.becomes : verdict.reason;
  };
  expect(cancel("kill", null)).toBe("stopping");
  expect(cancel("let_end", null)).toBe("in_progress");
  expect(cancel("kill", "let_end")).toBe("stopping");
  expect(cancel("let_end", "let_end")).toBe("already");
  expect(cancel("kill", "cancel")).toBe("already");
  expect(cancel("let_end", "cancel")).toBe("already");
  expect(cancel("kill", "timeout")).toBe("already");
});

test("what has completed is retried together with what depends on it", () => {
  const verdict = judge({ act: "tasks.retry" }, facts("completed"));
  expect(verdict).toMatchObject({ touch: false, message: expect.stringContaining("--from") });
  expect(judge({ act: "tasks.retry" }, facts("queued"))).not.toMatchObject({
    message: expect.stringContaining("--from"),
  });
});
