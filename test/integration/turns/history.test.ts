import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { writeBundle } from "../../../src/main/core/operations/bundle";
import { getEventFigures } from "../../../src/main/core/operations/event-figures";
import { checkPlanHistory, getPlanHistory } from "../../../src/main/core/operations/plan-history";
import { completeReady } from "../../../src/main/core/store/queue";
import { MOST_MS, measureTurns, tellTurn } from "../../helpers/cpu-turns";
import { addWorkers, graphOf, launch, openTestStore } from "../../helpers/store";

const COUNT = 3_000;

test("the history, the figures and the bundle of a large plan take short turns", { timeout: 120_000 }, async () => {
  const store = await openTestStore();
  const layers = Array.from(
    { length: COUNT },
    (_, index) => [`t${index}`, index < 100 ? [] : [`t${index - 100}`]] as const,
  );
  const planId = await launch(store, graphOf(Object.fromEntries(layers)));
  await addWorkers(store, 1);
  const request = {
    now: store.clock.now(),
    limit: 500,
    workerId: "worker-0",
    source: "hive-runner",
    newId: store.newId,
  };
  for (let done = 1; done > 0; ) done = await store.write((tx) => completeReady(tx, request));

  const history = await measureTurns(() => getPlanHistory(store, { planId }));
  tellTurn(`history of ${COUNT} tasks`, history);
  expect(history.answer.steps.at).toHaveLength(4 * COUNT);
  const check = await measureTurns(() => checkPlanHistory(store, { planId }));
  tellTurn("its comparison with the present", check);
  expect(check.answer.gapCount).toBe(0);
  const figures = await measureTurns(() => getEventFigures(store, { range: "1h" }));
  tellTurn("its figures", figures);
  expect(figures.answer.total).toBeGreaterThan(4 * COUNT);
  const file = join(dirname(store.file), "large.hivebundle");
  const versions = { hive: "1" };
  const bundle = await measureTurns(() =>
    writeBundle(store, { kind: "plan", id: planId, file, madeBy: "ada", versions }),
  );
  tellTurn("its bundle", bundle);
  expect(bundle.answer.rows).toMatchObject({ tasks: COUNT, events: 4 * COUNT + 2 });
  for (const { longest } of [history, check, figures, bundle]) expect(longest).toBeLessThan(MOST_MS);
});
