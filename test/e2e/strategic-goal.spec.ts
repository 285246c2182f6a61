import { expect, test } from "../helpers/app";
import { chooseTask, openPlanTab, planBadge } from "../helpers/screen";
import { board } from "../integration/agents/chat";
import { startServer } from "../integration/agents/server";

test("The Board answers a goal from the launch view on", async ({ launch }) => {
  const server = await startServer(board());
  try {
    const env = { HIVE_LLM_ENDPOINT: `${server.origin}/v1`, HIVE_LLM_MODEL: "bee" };
    const { page } = await launch({ env });
    await page.getByRole("button", { name: /Strategic goal/ }).press("Enter");
    const start = page.getByRole("main").getByRole("button", { name: /^Launch (?!paused)/ });
    await expect(start).toBeEnabled();
    await page.getByLabel("goal").fill("Win 100 teams");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(planBadge(page)).toHaveText("Completed", { timeout: 45_000 });
    await openPlanTab(page, "tasks");
    await chooseTask(page, "Strategy (CEO)");
    await expect(page.getByText("synthesized_strategy")).toBeVisible();
  } finally {
    await server.close();
  }
});
