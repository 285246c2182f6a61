import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../helpers/app";
import { createLook } from "../helpers/looks";
import { goTo } from "../helpers/screen";
import { stream } from "../integration/agents/chat";
import { json, type Reply, startServer } from "../integration/agents/server";

const row = (page: Page, id: string): Locator =>
  page.getByRole("grid", { name: "Agents" }).locator(`tr[data-id="${id}"]`);
const panelOf = (page: Page): Locator => page.getByRole("complementary", { name: "Agent" });
const answerOf = (page: Page): Locator => page.getByRole("article", { name: "Answer of the test" });

const BEE = "type: llm\ntitle: Bee\ndescription: Buzzes.\ncapabilities: [review]";

test("agents are checked, set up, tried and defined by files", async ({ launch, dataFolder }) => {
  test.setTimeout(180_000);
  const file = join(dataFolder, "hive.db");
  const agentFile = (name: string, settings: string): void => {
    mkdirSync(`${file}.agents`, { recursive: true });
    writeFileSync(join(`${file}.agents`, `${name}.md`), `---\n${settings}\n---\nYou are a bee.\n`);
  };
  let answer: Reply = stream(["Buzz, ", "buzz."]);
  const models = json({ data: [{ id: "bee" }] });
  const server = await startServer((request, response) =>
    (request.url.endsWith("/models") ? models : answer)(request, response),
  );
  const opened = await launch({ env: { HIVE_LLM_ENDPOINT: `${server.origin}/v1`, HIVE_AGENT_CEO_MODEL: "bee" } });
  const { page } = opened;

  await test.step("each says whether it could work, and what is missing", async () => {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Agents" }).click();
    await expect(row(page, "ceo")).toContainText("Healthy");
    await expect(row(page, "ai-planner")).toContainText("Unhealthy");
    await expect(row(page, "ai-planner")).toContainText("HIVE_AGENT_AI_PLANNER_MODEL");
    await page.getByRole("button", { name: /^Unhealthy \d/ }).click();
    await expect(row(page, "ceo")).toBeHidden();
    expect(await page.evaluate(() => location.hash)).toBe("#/agents?state=unhealthy");
    await row(page, "ai-planner").click();
    await expect(panelOf(page)).toContainText("HIVE_LLM_MODEL");
    await expect(panelOf(page)).toContainText("which model, of all agents");
    expect(await page.evaluate(() => location.hash)).toBe("#/agents/ai-planner?state=unhealthy");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await expect(row(page, "ceo")).toBeVisible();
  });

  await test.step("a file of one's own is there as soon as it is written; a broken one says where it is wrong", async () => {
    agentFile("bee", `id: bee\nmodel: bee\n${BEE}`);
    await expect(row(page, "bee")).toContainText("Healthy");
    await expect(row(page, "bee")).toContainText("Database");
    agentFile("ceo", `id: ceo\nmodel: bee\n${BEE}`);
    await expect(row(page, "ceo")).toContainText("in place of 1");
    rmSync(join(`${file}.agents`, "ceo.md"));
    await expect(row(page, "ceo")).not.toContainText("in place of");
    agentFile("wasp", `id: wasp\nmodle: bee\n${BEE}\ntemprature: 1`);
    await expect(row(page, "wasp")).toContainText("Broken file");
    await row(page, "wasp").click();
    await expect(panelOf(page)).toContainText("2 findings in its file");
    await expect(panelOf(page)).toContainText("line 3");
    await expect(panelOf(page)).toContainText("Did you mean “model”?".replace(/[“”]/g, '"'));
    agentFile("wasp", `id: wasp\nmodel: bee\n${BEE}`);
    await expect(panelOf(page)).not.toContainText("findings");
    await expect(row(page, "wasp")).toContainText("Healthy");
  });

  await test.step("one is tried, by keys, and answers", async () => {
    await goTo(page, "#/agents/bee");
    await expect(panelOf(page)).toContainText("a real run");
    await page.keyboard.press("t");
    await page.keyboard.type("Do you buzz?");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(answerOf(page)).toContainText("Completed");
    await expect(answerOf(page)).toContainText("Buzz, buzz.");
    await expect(answerOf(page)).toContainText("bee-1, 7 tokens");
    expect(JSON.parse(server.requests.at(-1)?.body ?? "").messages).toMatchObject([
      { content: "You are a bee." },
      { content: "Do you buzz?" },
    ]);
    await page.keyboard.press("Escape");
  });

  await test.step("what fails is shown as it is, and counted", async () => {
    answer = json({ error: "The hive is closed" }, 503);
    await page.getByRole("button", { name: /^Run test/ }).click();
    await expect(answerOf(page)).toContainText("Failed");
    await expect(answerOf(page)).toContainText("answered 503");
    await expect(page.getByRole("list", { name: "Earlier tests" }).getByRole("button")).toHaveCount(2);
    await expect(panelOf(page).getByRole("img", { name: "Chart: 2 ended, 1 of them failed" })).toBeVisible();
    await expect(panelOf(page).getByRole("list", { name: "Last errors" })).toContainText("answered 503");
    await expect(row(page, "bee")).toContainText("50 %");
  });

  await test.step("one that can work no more is found out, and has a history", async () => {
    await server.close();
    await page.keyboard.press("c");
    await expect(row(page, "bee")).toContainText("Unhealthy");
    const history = panelOf(page).getByRole("list", { name: "Health history" });
    await expect(history.getByRole("listitem").first()).toContainText("nothing listens there");
    await expect(history.getByRole("listitem").last().getByRole("img", { name: "Healthy" })).toBeVisible();
  });

  await test.step("nothing matches: how to see all again", async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.keyboard.type("hornet");
    await expect(page.getByRole("heading", { name: "No agent is named by “hornet”" })).toBeVisible();
    await page.getByRole("button", { name: /^Show all/ }).click();
    await expect(row(page, "bee")).toBeVisible();
  });

  await test.step("it is accessible and fits, in both themes", async () => {
    agentFile("hornet", "id: bee\ntype: oracle");
    await expect(row(page, "hornet")).toContainText("Broken file");
    const { look, found } = await createLook(opened);
    await expect(row(page, "bee")).toContainText("Unhealthy");
    await goTo(page, "#/agents/bee");
    await expect(answerOf(page)).toContainText("answered 503");
    await look("agents-panel");
    await goTo(page, "#/agents/hornet");
    await expect(panelOf(page)).toContainText("finding in its file");
    await look("agents-broken");
    expect(found).toEqual([]);
  });

  await test.step("who only looks can check, and changes nothing", async () => {
    await page.getByRole("group", { name: "How it is open" }).getByRole("button", { name: "Observe" }).click();
    await page.getByRole("button", { name: /^Observe it/ }).click();
    await expect(page.getByText("Observe mode.", { exact: true })).toBeVisible();
    await goTo(page, "#/agents/bee");
    await expect(panelOf(page).getByRole("button", { name: /^Run test/ })).toHaveAttribute("aria-disabled", "true");
    await page.keyboard.press("c");
    await expect(row(page, "bee")).toContainText("Unhealthy");
  });
});
