import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";
import type { AxeResults } from "axe-core";
import type { OpenConsole } from "./app";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Every serious breach of WCAG A and AA that axe finds on screen, as one line each. */
export async function breaches(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(context: Document, options: object): Promise<AxeResults> } }).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    }),
  );
  return violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.target.join(" ")).join(" | ")}`,
  );
}

/** Gives the page this size, in pixels, and waits until it has it. */
export async function resize({ app, page }: OpenConsole, width: number, height: number): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
    {
      width,
      height,
    },
  );
  await expect.poll(() => page.evaluate(() => [innerWidth, innerHeight])).toEqual([width, height]);
  // The room that the system's window buttons take is told to the page a moment after its new size.
  if (process.platform === "darwin") return;
  const room = () =>
    page.evaluate(() =>
      Number.parseFloat(getComputedStyle(document.querySelector("header") ?? document.body).paddingRight),
    );
  await expect.poll(async () => Math.abs((await room()) - 130) < 80).toBe(true);
}
