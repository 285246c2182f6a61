import { describe, expect, it } from "vitest";
import { type CloseChoice, createClosing, type TasksAtEnd } from "../../../src/main/closing";

function setUp({ running = 1, pageAnswers = true, native = "stay" as CloseChoice } = {}) {
  const happened: string[] = [];
  const closing = createClosing({
    running: () => running,
    askPage: async (count) => {
      happened.push(`page ${count}`);
      return pageAnswers;
    },
    askNatively: async (count) => {
      happened.push(`native ${count}`);
      return native;
    },
    end: async (tasks: TasksAtEnd) => {
      happened.push(`end ${tasks}`);
    },
  });
  return { closing, happened };
}

/** Lets everything that is ready to go on, go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("closing", () => {
  it("ends at once when nothing runs here", () => {
    const { closing, happened } = setUp({ running: 0 });
    closing.request();
    expect(happened).toEqual(["end leave"]);
  });

  it.each([
    ["leave_running", "end leave"],
    ["cancel_tasks", "end cancel"],
  ] as const)("asks the page while tasks run, and does what it answers: %s", async (choice, outcome) => {
    const { closing, happened } = setUp({ running: 3 });
    closing.request();
    await settle();
    await closing.answer(choice);
    expect(happened).toEqual(["page 3", outcome]);
  });

  it("stays when told so, and asks again the next time", async () => {
    const { closing, happened } = setUp();
    closing.request();
    await settle();
    await closing.answer("stay");
    closing.request();
    expect(happened).toEqual(["page 1", "page 1"]);
  });

  it("asks with the system's dialog when the page hangs", async () => {
    const { closing, happened } = setUp({ pageAnswers: false, native: "cancel_tasks" });
    closing.request();
    await settle();
    expect(happened).toEqual(["page 1", "native 1", "end cancel"]);
  });

  it("asks with the system's dialog when the page never answers and the operator tries again", async () => {
    const { closing, happened } = setUp({ native: "leave_running" });
    closing.request();
    await settle();
    closing.request();
    await settle();
    expect(happened).toEqual(["page 1", "native 1", "end leave"]);
  });

  it("ends once, whatever comes together", async () => {
    const { closing, happened } = setUp();
    closing.request();
    closing.endNow("leave");
    closing.request();
    await closing.answer("cancel_tasks");
    await settle();
    expect(happened).toEqual(["page 1", "end leave"]);
  });
});
