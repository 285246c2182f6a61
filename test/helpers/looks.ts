import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { type OpenConsole, ROOT } from "./app";

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

export const SIZES = [
  [1440, 900],
  [1024, 700],
] as const;

/**
 * Looks at screens in one theme: `look` keeps a picture of each in both sizes in `test-results/screens`, and `found`
 * holds what is wrong with them. Waits for nothing: what is to be seen must be there.
 */
export function createLook(opened: OpenConsole, theme: "dark" | "light") {
  const { page } = opened;
  const found: string[] = [];
  return {
    found,
    async look(name: string): Promise<void> {
      for (const [width, height] of SIZES) {
        await resize(opened, width, height);
        const path = join(ROOT, "test-results/screens", `${name}-${theme}-${width}x${height}.png`);
        await page.screenshot({ path, animations: "disabled" });
        found.push(...(await misfits(page)).map((misfit) => `${name} at ${width}: ${misfit}`));
      }
      found.push(...(await breaches(page)).map((breach) => `${name}: ${breach}`));
    },
  };
}

/** Puts a theme on the window, as its button does. */
export async function useTheme(page: Page, theme: "dark" | "light"): Promise<void> {
  await page.evaluate((chosen) => localStorage.setItem("theme", chosen), theme);
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
}

/** A page that is wider than its window, and buttons whose words are cut off without saying them on hover. */
function misfits(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const overflow = document.documentElement.scrollWidth - innerWidth;
    const wrong = overflow > 0 ? [`${overflow} px too wide`] : [];
    const name = (element: Element): string => `"${element.textContent?.trim().slice(0, 40)}"`;
    for (const button of document.querySelectorAll<HTMLElement>("button, [role=tab], [role=button], nav a")) {
      const { width, left, right } = button.getBoundingClientRect();
      if (width === 0 || button.textContent?.trim() === "" || !button.checkVisibility()) continue;
      const parts = [button, ...button.querySelectorAll<HTMLElement>("*")];
      for (const part of parts) {
        const cut = getComputedStyle(part).overflowX !== "visible" || part === button;
        const isText = part.clientWidth > 1 && [...part.childNodes].some((node) => node.nodeType === Node.TEXT_NODE);
        if (cut && isText && part.scrollWidth > part.clientWidth + 1 && part.closest("[title]") === null) {
          wrong.push(`${name(button)} is cut off`);
          break;
        }
      }
      const frame = { left: 0, right: innerWidth };
      for (let around = button.parentElement; around !== null; around = around.parentElement) {
        const { overflowX } = getComputedStyle(around);
        if (/auto|scroll/.test(overflowX)) break;
        if (around === document.body || around === document.documentElement || overflowX === "visible") continue;
        const edges = around.getBoundingClientRect();
        frame.left = Math.max(frame.left, edges.left);
        frame.right = Math.min(frame.right, edges.right);
      }
      // Columns of a table scroll with its rows.
      if (button.closest("[role=grid], [role=treegrid]") !== null) continue;
      if (left < frame.left - 1 || right > frame.right + 1) wrong.push(`${name(button)} is out of sight`);
    }
    return wrong;
  });
}
