import { expect, it } from "vitest";
import { capacityFor, needName, workerCommand } from "../../../src/main/core/plan/capacity";

const need = (role: string | null, ...capabilities: string[]) => ({ role, capabilities });
const local = { role: "local", capabilities: ["command"] };

it("counts slots for what anybody may run, and live workers for what few can", () => {
  const workers = [need("gpu", "cuda"), need("gpu"), need("web", "cuda")].map((one) => ({
    ...one,
    role: one.role ?? "",
  }));
  const capacity = capacityFor([], { slots: 4, helpers: 3, local, workers });
  expect(capacity.poolOf(need(null))).toBe(0);
  expect(capacity.poolOf(need("local", "command"))).toBe(0);
  expect(capacity.pools[0]?.size).toBe(7);
  const sizeOf = (one: ReturnType<typeof need>) => capacity.pools[capacity.poolOf(one)]?.size;
  expect([need("gpu"), need("gpu", "cuda"), need(null, "cuda"), need("nobody")].map(sizeOf)).toEqual([2, 1, 2, 0]);
  expect(capacity.poolOf(need(null, "b", "a"))).toBe(capacity.poolOf(need(null, "a", "b")));
});

it("names a need, and how to meet it", () => {
  expect([need("gpu", "b", "a"), need("gpu"), need(null, "a")].map(needName)).toEqual(["gpu with a, b", "gpu", "a"]);
  expect(workerCommand(need("gpu", "a", "b"))).toBe("hive worker start --role gpu --capability a --capability b");
});
