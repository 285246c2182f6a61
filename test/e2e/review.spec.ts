import { expect, type OpenConsole, test, writePlan } from "../helpers/app";
import { chooseTask, doNow, launchFile, openTab, planBadge, taskRow } from "../helpers/screen";
import { json, startServer } from "../integration/agents/server";

test("what agents ask and answer is settled and read in the inspector", async ({ launch, folder }) => {
  const opened = await launch();
  await test.step("a gate is sent back, retried and approved", () => settleGate(opened, folder));
  await test.step("a request and a question to a model show what was sent, said and kept", () =>
    askAround(opened, folder));
});

async function settleGate(opened: OpenConsole, folder: string): Promise<void> {
  const { page } = opened;
  const plan = writePlan(folder, {
    title: "Gated",
    subtasks: [
      { id: "gate", title: "Look at it", agent: "approval", approval: { instructions: "Is the report good?" } },
      { id: "after", title: "Go on", run: "true", dependencies: ["gate"] },
    ],
  });
  await launchFile(opened, plan);
  await chooseTask(page, "Look at it");
  await expect(taskRow(page, "Look at it")).toContainText("Review");
  const inspector = page.getByRole("region", { name: "Task" });
  await expect(inspector.getByText("Is the report good?").first()).toBeVisible();

  await inspector.getByRole("button", { name: "Send back" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("Figures are missing");
  await dialog.getByRole("button", { name: /^Send back 1 task/ }).click();
  await expect(taskRow(page, "Look at it")).toContainText("Rework");
  await expect(inspector.getByText(/Figures are missing/)).toBeVisible();

  await inspector.getByRole("button", { name: "Retry" }).click();
  await doNow(page);
  await expect(taskRow(page, "Look at it")).toContainText("Review");
  await page.keyboard.press("Shift+A");
  await doNow(page);
  await expect(taskRow(page, "Look at it")).toContainText("Completed");
  await expect(planBadge(page)).toHaveText("Completed");
}

async function askAround(opened: OpenConsole, folder: string): Promise<void> {
  const server = await startServer((request, response) => {
    const words = { model: "bee-1", choices: [{ message: { content: "All is well" }, finish_reason: "stop" }] };
    json(request.url === "/v1/chat/completions" ? words : { figure: 42 })(request, response);
  });
  const { page } = opened;
  const plan = writePlan(folder, {
    title: "Ask around",
    subtasks: [
      { id: "get", title: "Get the figure", agent: "http", http: { url: `${server.origin}/figure` } },
      {
        id: "ask",
        title: "Judge it",
        agent: "llm",
        dependencies: ["get"],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of the plan
        llm: { endpoint: `${server.origin}/v1`, model: "bee", prompt: "Is ${{ subtasks.get.result.figure }} fine?" },
      },
    ],
  });
  await launchFile(opened, plan);
  await expect(planBadge(page)).toHaveText("Completed");
  await chooseTask(page, "Judge it");
  await expect(page.getByText('"output": "All is well"')).toBeVisible();
  expect(server.requests[1]?.body).toContain("Is 42 fine?");
  await openTab(page, "Log");
  await expect(page.getByText("All is well")).toBeVisible();
  await server.close();
}
