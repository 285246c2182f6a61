import { describe, expect, it } from "vitest";
import {
  cancelBlocker,
  editBlocker,
  priorityBlocker,
  retryBlocker,
  whyTitle,
} from "../../../src/renderer/features/task-inspector/task-actions";

const standing = (status: string, state = status) => ({ status, state });

describe("what can be done with a task", () => {
  it("cancels what has not ended, once", () => {
    expect(cancelBlocker(standing("in_progress"))).toBeNull();
    expect(cancelBlocker(standing("queued", "waiting"))).toBeNull();
    expect(cancelBlocker(standing("in_progress", "stopping"))).toBe("It is being stopped already.");
    expect(cancelBlocker(standing("completed"))).toBe("It has ended: completed.");
  });

  it("retries what failed, was cancelled or escalated, or needs rework", () => {
    for (const status of ["failed", "cancelled", "rework_needed", "escalated"]) {
      expect(retryBlocker(standing(status))).toBeNull();
    }
    expect(retryBlocker(standing("in_progress"))).toContain("this one is in progress");
    expect(retryBlocker(standing("odd"))).toContain("odd");
  });

  it("edits what waits or can be retried, not what is worked on", () => {
    expect(editBlocker(standing("queued", "waiting"))).toBeNull();
    expect(editBlocker(standing("failed"))).toBeNull();
    expect(editBlocker(standing("in_progress"))).toContain("worked on");
    expect(editBlocker(standing("completed"))).toContain("this one is completed");
  });

  it("sets the priority of what has not ended", () => {
    expect(priorityBlocker(standing("in_progress"))).toBeNull();
    expect(priorityBlocker(standing("failed"))).toContain("It has ended: failed");
  });

  it("asks why of what does not run", () => {
    expect(whyTitle(standing("queued", "waiting"))).toBe("Why isn’t it running?");
    expect(whyTitle(standing("queued", "blocked"))).toBe("Why can’t it start?");
    expect(whyTitle(standing("failed"))).toBe("Why did it fail?");
    expect(whyTitle(standing("review_pending"))).toBe("What is to be decided?");
    expect(whyTitle(standing("in_progress"))).toBeNull();
    expect(whyTitle(standing("completed"))).toBeNull();
  });
});
