import type { Page } from "@playwright/test";
import type { Envelope } from "../../src/shared/errors";
import { expect, type OpenConsole, test } from "../helpers/app";
import { databaseState } from "../helpers/database";

/** What preload gives the page, without the contract's types: for calls that break it. */
type UncheckedBridge = { hive: { call(name: unknown, input: unknown): Promise<Envelope<unknown>> } };

/** What the page is told of what it tries here, and must not get. */
const REFUSED = /Content Security Policy|unsafe-eval|Not allowed to|Failed to load/i;

function callUnchecked(page: Page, name: unknown, input: unknown): Promise<Envelope<unknown>> {
  return page.evaluate(([operation, given]) => (window as unknown as UncheckedBridge).hive.call(operation, given), [
    name,
    input,
  ] as const);
}

/** Runs code as a script of the page: what evaluate brings in is not subject to the page's policy. */
function inPageScript<T>(page: Page, code: string): Promise<T> {
  return page.evaluate(code);
}

test("the page has the bridge alone, and what breaks the contract is refused", async ({ launch, dataFolder }) => {
  const opened = await launch();
  const { page } = opened;
  await test.step("it has no Node and only the bridge", () => seesOnlyTheBridge(page));
  await test.step("a message that is not in the contract changes nothing", () => refusesUnknown(page, dataFolder));
  await test.step("a message from another page changes nothing", () => refusesForeignPage(opened, dataFolder));
});

test("the page gets nothing from outside, and stays where it is", async ({ launch }) => {
  const opened = await launch({ allow: REFUSED });
  const { page } = opened;
  await test.step("each page file carries the policy as a header, and it holds", () => policyHolds(page));
  await test.step("eval is refused to the page's own scripts", () => evalIsRefused(page));
  await test.step("files outside the page have no address", () => outsideHasNoAddress(page));
  await test.step("no navigation, no windows, no frames, no permissions", () => staysWhereItIs(opened));
});

async function seesOnlyTheBridge(page: Page): Promise<void> {
  const globals = await inPageScript<Record<string, string>>(
    page,
    "({ require: typeof require, process: typeof process, module: typeof module, Buffer: typeof Buffer, global: typeof global })",
  );
  expect(new Set(Object.values(globals))).toEqual(new Set(["undefined"]));
  expect(await inPageScript<string[]>(page, "Object.keys(window.hive).sort()")).toEqual([
    "call",
    "ground",
    "nameFile",
    "on",
  ]);
}

async function policyHolds(page: Page): Promise<void> {
  const header = await page.evaluate(async () => {
    const answer = await fetch(location.href);
    return answer.headers.get("content-security-policy");
  });
  expect(header).toContain("default-src 'none'");
  expect(header).toContain("script-src 'self'");
  expect(header).not.toMatch(/script-src[^;]*unsafe/);
  expect(await page.evaluate(() => document.querySelector("meta[http-equiv]"))).toBeNull();

  const outcome = await page.evaluate(async () => {
    const violations: string[] = [];
    document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "window.injected = true";
    document.head.append(script);
    const image = document.createElement("img");
    image.src = "https://example.com/pixel.png";
    document.body.append(image);
    const refused = await fetch("https://example.com/").then(
      () => false,
      () => true,
    );
    await new Promise((resolve) => setTimeout(resolve, 0));
    script.remove();
    image.remove();
    return { violations, refused, injected: "injected" in window };
  });
  expect(outcome.injected).toBe(false);
  expect(outcome.refused).toBe(true);
  expect(outcome.violations).toEqual(expect.arrayContaining(["script-src-elem", "img-src", "connect-src"]));
}

async function evalIsRefused(page: Page): Promise<void> {
  // A timer's string is compiled by the page itself, under its policy.
  await page.evaluate(() => setTimeout("window.evaluated = true", 0));
  const blocked = page.waitForEvent("console", { predicate: (message) => /unsafe-eval/.test(message.text()) });
  await page.evaluate(() => setTimeout("window.evaluated = true", 0));
  await blocked;
  expect(await page.evaluate(() => "evaluated" in window)).toBe(false);
}

async function outsideHasNoAddress(page: Page): Promise<void> {
  const statuses = await page.evaluate(
    async (paths) => {
      const answers = await Promise.all(paths.map((path) => fetch(path)));
      return answers.map((answer) => answer.status);
    },
    [
      "/../main/index.cjs",
      "/%2e%2e/main/index.cjs",
      "/..%2fmain%2findex.cjs",
      "/..%5cmain%5cindex.cjs",
      "/%2fetc%2fpasswd",
      "/%00",
      "/%ff",
    ],
  );
  expect(statuses).toEqual(statuses.map(() => 404));
}

async function staysWhereItIs({ app, page }: OpenConsole): Promise<void> {
  const before = page.url();
  await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    contents?.on("will-navigate", (event) =>
      seen.push(`${event.defaultPrevented ? "refused" : "let go"} ${event.url}`),
    );
  });
  expect(await page.evaluate(() => window.open("https://example.com/") === null)).toBe(true);
  await page.evaluate(() => {
    location.href = "https://example.com/";
  });
  const seen = () => app.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
  await expect.poll(seen).toEqual(["refused https://example.com/"]);
  await page.evaluate(() => {
    const frame = document.createElement("iframe");
    frame.src = "data:text/html,hello";
    document.body.append(frame);
  });
  const permission = await page.evaluate(() => Notification.requestPermission());
  expect(permission).toBe("denied");
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  expect(page.url()).toBe(before);
  expect(await page.evaluate(() => document.title)).toBe("Hive Console");
}

async function refusesUnknown(page: Page, dataFolder: string): Promise<void> {
  expect(await callUnchecked(page, "app.info", {})).toMatchObject({ ok: true });
  const before = databaseState(dataFolder);

  const bad: [unknown, unknown][] = [
    ["plans.drop", {}],
    ["constructor", {}],
    ["__proto__", {}],
    [null, {}],
    [{ toString: "plans.list" }, {}],
    ["plans.get", {}],
    ["plans.get", { planId: 7 }],
    ["plans.get", { planId: "" }],
    ["plans.get", null],
    ["plans.list", { limit: 1_000_000 }],
    ["plans.list", { limit: 10, extra: true }],
    ["tasks.cancel", { taskId: ["x"] }],
    ["tasks.retry", { taskId: "x".repeat(5_000) }],
    ["plans.launch", { sourceId: "x", parameters: { a: { b: 1 } } }],
    ["app.close", { choice: "explode" }],
  ];
  for (const [name, input] of bad) {
    expect(await callUnchecked(page, name, input), JSON.stringify([name, input])).toMatchObject({
      ok: false,
      error: { code: "invalid_input" },
    });
  }
  for (const [name, input] of [
    ["plans.cancel", { planId: "nobody" }],
    ["tasks.cancel", { taskId: "nobody" }],
    ["plans.launch", { sourceId: "nobody", parameters: {} }],
    ["plans.openSample", { name: "../../package" }],
  ] as const) {
    expect(await callUnchecked(page, name, input), name).toMatchObject({ ok: false, error: { code: "not_found" } });
  }
  expect(databaseState(dataFolder)).toEqual(before);
}

async function refusesForeignPage(opened: OpenConsole, dataFolder: string): Promise<void> {
  await callUnchecked(opened.page, "app.info", {});
  const before = databaseState(dataFolder);
  expect(await callFromForeignPage(opened)).toMatchObject({ ok: false, error: { code: "not_allowed" } });
  expect(databaseState(dataFolder)).toEqual(before);
}

/** Opens a second window with our preload, on a page of its own, and calls from there. */
function callFromForeignPage({ app }: OpenConsole): Promise<unknown> {
  return app.evaluate(async ({ app: main, BrowserWindow }) => {
    const window = new BrowserWindow({
      show: false,
      webPreferences: { preload: `${main.getAppPath()}/out/preload/index.cjs`, sandbox: true, contextIsolation: true },
    });
    await window.loadURL("data:text/html,<title>foreign</title>");
    const answer: unknown = await window.webContents.executeJavaScript('window.hive.call("plans.list", {})');
    window.destroy();
    return answer;
  });
}
