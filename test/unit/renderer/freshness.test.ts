import { expect, it } from "vitest";
import { freshness, STALE_AFTER_MS } from "../../../src/renderer/features/shell/freshness";

it("is live while main answers, and stale with trouble or after a long silence", () => {
  expect(freshness(null, null, 0)).toBe("connecting");
  expect(freshness(1_000, null, 1_000 + STALE_AFTER_MS)).toBe("live");
  expect(freshness(1_000, null, 1_001 + STALE_AFTER_MS)).toBe("stale");
  expect(freshness(1_000, "disk I/O error", 1_000)).toBe("stale");
  expect(freshness(null, "disk I/O error", 1_000)).toBe("stale");
});
