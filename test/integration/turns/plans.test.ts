import { expect, test } from "vitest";
import { pausePlan, resumePlan } from "../../../src/main/core/operations/control";
import { cancelPlan } from "../../../src/main/core/operations/plans";
import { listPlansToRequeue } from "../../../src/main/core/store/requeue";
import { MOST_MS, measureTurns, tellTurn } from "../../helpers/cpu-turns";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { launch, openTestStore, planOf, subtask } from "../../helpers/store";

const COUNT = 10_000;

test("a plan of which everything is ready begins, pauses, goes on and is cancelled in short turns", {
  timeout: 180_000,
}, async () => {
  const store = await openTestStore();
  const roots = Array.from({ length: COUNT }, (_, at) => subtask(`t${at}`, { agent: "command", run: "true" }));
  const queued = () =>
    store.read.prepare<[], { held: number }>("SELECT held, count(*) AS n FROM console_ready GROUP BY held").all();

  const launched = await measureTurns(() => launch(store, planOf(roots)));
  tellTurn(`launch of ${COUNT} roots`, launched);
  expect(queued()).toEqual([{ held: 0, n: COUNT }]);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));

  const act = { planId: launched.answer, actor: "test" };
  const paused = await measureTurns(() => pausePlan(store, act));
  tellTurn(`pause of ${COUNT} ready tasks`, paused);
  expect(queued()).toEqual([{ held: 1, n: COUNT }]);

  const resumed = await measureTurns(() => resumePlan(store, act));
  tellTurn(`resumption of ${COUNT} ready tasks`, resumed);
  expect(queued()).toEqual([{ held: 0, n: COUNT }]);
  expect(listPlansToRequeue(store.read)).toEqual([]);

  const cancelled = await measureTurns(() => cancelPlan(store, act));
  tellTurn(`cancellation of ${COUNT} ready tasks`, cancelled);
  expect(cancelled.answer).toEqual({ cancelled: COUNT, stopping: 0, cleaning: 0 });
  expect(queued()).toEqual([]);
  expect(listPlansToRequeue(store.read)).toEqual([]);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));

  for (const { longest } of [launched, paused, resumed, cancelled]) expect(longest).toBeLessThan(MOST_MS);
});
