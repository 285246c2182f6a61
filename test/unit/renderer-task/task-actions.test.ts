import { describe, expect, it } from "vitest";
import { cancelBlocker, retryBlocker, whyTitle } from "../../../src/renderer/features/task-inspector/task-actions";

const standing = (status: string, state = status) => ({ status, state });

describe("what can be done with a task", () => {
  it("cancels what has not ended, once", () => {
    expect(cancelBlocker(standing("in_progress"))).toBeNull();
    expect(cancelBlocker(standing("queued", "waiting"))).toBeNull();
    expect(cancelBlocker(standing("in_progress", "stopping"))).toBe("It is being stopped already.");
    expect(cancelBlocker(standing("completed"))).toBe("It has ended: completed.");
  });

  it("retries what failed or was cancelled", () => {
    expect(retryBlocker(standing("failed"))).toBeNull();
    expect(retryBlocker(standing("cancelled"))).toBeNull();
    expect(retryBlocker(standing("rework_needed"))).toBeNull();
    expect(retryBlocker(standing("in_progress"))).toContain("this one is in progress");
    expect(retryBlocker(standing("odd"))).toContain("odd");
  });

  it("asks why of what does not run", () => {
    expect(whyTitle(standing("queued", "waiting"))).toBe("Why isn’t it running?");
    expect(whyTitle(standing("queued", "blocked"))).toBe("Why can’t it start?");
    expect(whyTitle(standing("failed"))).toBe("Why did it fail?");
    expect(whyTitle(standing("review_pending"))).toBe("What is to be decided?");
    expect(whyTitle(standing("completed"))).toBeNull();
  });
});
