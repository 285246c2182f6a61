import type { Page } from "@playwright/test";

/** What a page notes of itself, under a name of its own in the window. */
interface Notes {
  /** Long tasks: begin and length in milliseconds of the page's clock. */
  longTasks: { at: number; ms: number }[];
  /** When each mark was on screen, by the system's clock. */
  marks: Record<number, number>;
  end: () => void;
}

declare global {
  interface Window {
    __notes?: Notes;
  }
}

/** Lets the page note its long tasks, and the frames that show the marks of the writer. */
export async function observe(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.__notes?.end();
    const longTasks = new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) notes.longTasks.push({ at: startTime, ms: duration });
    });
    const channel = new MessageChannel();
    let shown = 0;
    let awaited: number | null = null;
    // After the frame that was asked for: it has been painted by then.
    channel.port1.onmessage = () => {
      if (awaited === null) return;
      for (let mark = shown + 1; mark <= awaited; mark += 1) notes.marks[mark] = Date.now();
      shown = awaited;
      awaited = null;
    };
    const mutations = new MutationObserver((records) => {
      for (const { target, addedNodes } of records) {
        for (const node of [target, ...addedNodes]) {
          const found = /Marker (\d+)\./.exec(node.textContent?.slice(0, 10_000) ?? "");
          const mark = Number(found?.[1] ?? 0);
          if (mark <= shown || (awaited !== null && mark <= awaited)) continue;
          if (awaited === null) requestAnimationFrame(() => channel.port2.postMessage(null));
          awaited = mark;
        }
      }
    });
    const notes: Notes = {
      longTasks: [],
      marks: {},
      end() {
        longTasks.disconnect();
        mutations.disconnect();
      },
    };
    window.__notes = notes;
    longTasks.observe({ type: "longtask" });
    mutations.observe(document.body, { childList: true, characterData: true, subtree: true });
  });
}

/** Takes what was noted since the last time. */
export async function takeNotes(page: Page): Promise<Pick<Notes, "longTasks" | "marks">> {
  return page.evaluate(() => ({
    longTasks: window.__notes?.longTasks.splice(0) ?? [],
    marks: window.__notes?.marks ?? {},
  }));
}

/**
 * Goes to a list of tasks and measures until the frame that shows a task which was not on screen before.
 * @returns milliseconds of the page's clock
 */
export async function firstAnswer(page: Page, hash: string): Promise<number> {
  return page.evaluate(
    (to) =>
      new Promise<number>((resolve) => {
        const ids = (): string[] =>
          [...document.querySelectorAll<HTMLElement>("[data-id], tr[data-key]")].flatMap(({ dataset }) => {
            const id = dataset.id ?? dataset.key;
            return id === undefined || id.startsWith("place-") ? [] : [id];
          });
        const before = new Set(ids());
        const channel = new MessageChannel();
        const began = performance.now();
        channel.port1.onmessage = () => {
          if (ids().some((id) => !before.has(id))) resolve(performance.now() - began);
          else look();
        };
        const look = (): void => void requestAnimationFrame(() => channel.port2.postMessage(null));
        window.location.hash = to;
        look();
      }),
    hash,
  );
}

/** Bytes of the page's heap, as it is and after everything unreachable is gone. */
export async function heapOf(page: Page): Promise<{ readonly used: number; readonly kept: number }> {
  const session = await page.context().newCDPSession(page);
  const { usedSize: used } = await session.send("Runtime.getHeapUsage");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize: kept } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return { used, kept };
}
