import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { type OpenConsole, ROOT } from "./app";
import { keepForGuide } from "./guide-pictures";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

type Theme = "dark" | "light";

/** What comes within a frame or two is looked for more often than the default 100, 250, 500 ms. */
const SOON = { intervals: [20] };

export const SIZES = [
  [1440, 900],
  [1024, 700],
] as const;

/** What a theme changes: everything else that axe looks at is the same in both. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];
const ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];

type Axe = { run(context: Document, options: object): Promise<AxeResults> };

/** Every serious breach of WCAG A and AA that axe finds on screen, as one line each. */
export async function breaches(page: Page, rules: readonly string[] = ALL_RULES): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const violations = await page.evaluate(
    async (runOnly) => {
      const { axe } = window as unknown as { axe: Axe };
      return (await axe.run(document, { runOnly, resultTypes: ["violations"] })).violations;
    },
    [...rules],
  );
  return violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.target.join(" ")).join(" | ")}`,
  );
}

/** Gives the page this size, in pixels, and waits until it has it. */
export async function resize({ app, page }: OpenConsole, width: number, height: number): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
    { width, height },
  );
  const metrics = () =>
    page.evaluate(() => ({
      size: [innerWidth, innerHeight],
      room: Number.parseFloat(getComputedStyle(document.querySelector("header") ?? document.body).paddingRight),
    }));
  await expect.poll(async () => (await metrics()).size, SOON).toEqual([width, height]);
  // The room that the system's window buttons take is told to the page a moment after its new size.
  if (process.platform === "darwin") return;
  await expect.poll(async () => Math.abs((await metrics()).room - 130) < 80, SOON).toBe(true);
}

/** Shows the window in this theme from now on. */
async function showTheme(page: Page, theme: Theme): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme), SOON).toBe(theme);
}

export interface Look {
  /** What is wrong with what was looked at. */
  readonly found: readonly string[];
  /** Looks at what is on screen, in both themes and both sizes. Waits for nothing: what is to be seen must be there. */
  look(name: string): Promise<void>;
}

const pictureFile = (name: string): string => join(ROOT, "test-results/screens", `${name}.png`);

/** Looks at screens, from a page loaded anew, and keeps pictures of each in `test-results/screens`, for people. */
export async function createLook(opened: OpenConsole): Promise<Look> {
  const { page } = opened;
  const found: string[] = [];
  await page.evaluate(() => localStorage.setItem("theme", "system"));
  await page.reload();
  await showTheme(page, "dark");

  async function keepPictures(name: string): Promise<void> {
    for (const theme of ["light", "dark"] as const) {
      await showTheme(page, theme);
      await page.screenshot({ path: pictureFile(name.replace("*", theme)), animations: "disabled" });
    }
  }

  return {
    found,
    async look(name) {
      for (const [width, height] of SIZES) {
        await resize(opened, width, height);
        await keepPictures(`${name}-*-${width}x${height}`);
        const picture = pictureFile(`${name}-dark-${width}x${height}`);
        if (width === SIZES[0][0]) await keepForGuide(page, name, picture, ROOT);
        found.push(...(await misfits(page)).map((misfit) => `${name} at ${width}: ${misfit}`));
      }
      found.push(...(await breaches(page)).map((breach) => `${name}: ${breach}`));
      await showTheme(page, "light");
      found.push(...(await breaches(page, COLOUR_RULES)).map((breach) => `${name}, light: ${breach}`));
      await showTheme(page, "dark");
    },
  };
}

/** A page that is wider than its window, and buttons whose words are cut off without saying them on hover. */
function misfits(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const overflow = document.documentElement.scrollWidth - innerWidth;
    const name = (element: Element): string => `"${element.textContent?.trim().slice(0, 40)}"`;
    const isOut = (element: Element): boolean => element.getBoundingClientRect().right > innerWidth;
    const out = overflow > 0 ? [...document.querySelectorAll("body *")].filter(isOut).at(-1) : undefined;
    const wrong = overflow > 0 ? [`${overflow} px too wide: ${out?.outerHTML.slice(0, 160)}`] : [];
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
