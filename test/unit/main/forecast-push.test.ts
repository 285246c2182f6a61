import { expect, it } from "vitest";
import { createForecastPush } from "../../../src/main/ipc/forecast-push";
import type { PlanForecast } from "../../../src/shared/model/forecast";

const forecast = (planId: string, at: number): PlanForecast => ({
  planId,
  at,
  kind: "estimate",
  finishP50: at,
  finishP90: at,
  usualMs: null,
  basis: { pastRuns: 1, known: 1, unknown: 0, approvals: 0, overdue: 0, fewestSamples: 1 },
  criticalPath: [],
  criticalMs: 0,
  remaining: 1,
  slots: 1,
});

function setUp() {
  const watched = new Map<string, { tell: (made: PlanForecast) => void; trouble: (message: string) => void }>();
  const sent: PlanForecast[] = [];
  const reports: string[] = [];
  let visible = true;
  const push = createForecastPush({
    source: {
      watch(planId, tell, trouble) {
        watched.set(planId, { tell, trouble });
        return () => watched.delete(planId);
      },
    },
    isVisible: () => visible,
    send: (made) => sent.push(made),
    report: (message) => reports.push(message),
  });
  return { push, watched, sent, reports, show: (next: boolean) => (visible = next) };
}

it("watches the plan on screen and no other", () => {
  const { push, watched, sent } = setUp();
  push.watch("a");
  push.watch("a");
  watched.get("a")?.tell(forecast("a", 1));
  push.watch("b");
  expect([...watched.keys()]).toEqual(["b"]);
  push.watch(null);
  expect(watched.size).toBe(0);
  expect(sent.map(({ planId }) => planId)).toEqual(["a"]);
});

it("keeps the latest one for a window that nobody sees, and forgets it with its plan", () => {
  const { push, watched, sent, show } = setUp();
  push.watch("a");
  show(false);
  watched.get("a")?.tell(forecast("a", 1));
  watched.get("a")?.tell(forecast("a", 2));
  expect(sent).toEqual([]);
  show(true);
  push.resume();
  push.resume();
  expect(sent.map(({ at }) => at)).toEqual([2]);
  show(false);
  watched.get("a")?.tell(forecast("a", 3));
  push.watch("b");
  show(true);
  push.resume();
  expect(sent.map(({ at }) => at)).toEqual([2]);
});

it("reports the same trouble once, and watches nothing after its end", () => {
  const { push, watched, reports } = setUp();
  push.watch("a");
  const { tell, trouble } = watched.get("a") ?? {};
  trouble?.("gone");
  trouble?.("gone");
  tell?.(forecast("a", 1));
  trouble?.("gone");
  expect(reports).toEqual(["forecast: gone", "forecast: gone"]);
  push.stop();
  expect(watched.size).toBe(0);
});
