import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { OperationInput, OperationName, OperationOutput } from "../../src/shared/contract";
import type { Envelope } from "../../src/shared/errors";
import type { PlanForecast } from "../../src/shared/model/forecast";
import { expect, test, writePlan } from "../helpers/app";
import { launchFile } from "../helpers/screen";

/** What the page's scripts have; the types are the contract's, as there. */
interface PageBridge {
  readonly hive: {
    call(name: string, input: unknown): Promise<unknown>;
    on(name: "forecast", listener: (forecast: PlanForecast) => void): () => void;
  };
  forecasts?: PlanForecast[];
}

/** An operation's answer, as the page gets it. */
async function call<Name extends OperationName>(
  page: Page,
  name: Name,
  input: OperationInput<Name>,
): Promise<OperationOutput<Name>> {
  const message: { readonly operation: string; readonly given: unknown } = { operation: name, given: input };
  const answer = await page.evaluate(
    ({ operation, given }) => (window as unknown as PageBridge).hive.call(operation, given),
    message,
  );
  const envelope = answer as Envelope<OperationOutput<Name>>;
  if (!envelope.ok) throw new Error(envelope.error.message);
  return envelope.value;
}

const PLAN = {
  title: "Foretold",
  subtasks: [
    { id: "first", run: "until [ -e ended ]; do sleep 0.05; done" },
    { id: "second", run: "true", dependencies: ["first"] },
  ],
};

test("a launch is foretold, a running plan's end is told as it changes, and a waiting task is explained", async ({
  launch,
  folder,
}) => {
  const opened = await launch();
  const { page } = opened;
  const [sample] = await call(page, "plans.samples", {});
  const preview = await call(page, "plans.openSample", { name: sample?.name ?? "" });
  const parameters = Object.fromEntries(
    preview.parameters.flatMap(({ name, type, default: given, required }) =>
      required && given === null && type === "folder" ? [[name, folder]] : [],
    ),
  );
  const run = await call(page, "plans.dryRun", { sourceId: preview.sourceId, parameters });
  expect(run.taskCount).toBe(preview.subtasks.length);
  expect(run.tasks.ids.toSorted()).toEqual(preview.subtasks.map(({ id }) => id).toSorted());
  expect(run).toMatchObject({ kind: "unknown", basis: { pastRuns: 0 } });
  expect((await call(page, "plans.list", {})).rows).toEqual([]);

  await page.evaluate(() => {
    const bridge = window as unknown as PageBridge;
    bridge.forecasts = [];
    bridge.hive.on("forecast", (forecast) => bridge.forecasts?.push(forecast));
  });
  await launchFile(opened, writePlan(folder, PLAN));
  const [plan] = (await call(page, "plans.list", {})).rows;
  const planId = plan?.id ?? "";
  const told = () => page.evaluate(() => (window as unknown as PageBridge).forecasts ?? []);
  await expect.poll(async () => (await told()).at(-1)).toMatchObject({ planId, remaining: 2, kind: "unknown" });

  const { rows } = await call(page, "tasks.list", { planId });
  const why = await call(page, "tasks.why", { taskId: rows[1]?.id ?? "" });
  expect(why).toMatchObject({ state: "waiting", headline: "Its dependency is not met: first." });
  expect(why.gates.find(({ gate }) => gate === "runner")).toMatchObject({ verdict: "passes" });

  writeFileSync(join(folder, "ended"), "");
  await expect.poll(async () => (await told()).at(-1)).toMatchObject({ remaining: 0, criticalPath: [] });
});
