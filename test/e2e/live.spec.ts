import { join } from "node:path";
import Database from "better-sqlite3";
import { startLoad } from "../bench/ui/load";
import { firstAnswer, heapOf, observe, takeNotes } from "../bench/ui/page";
import { expect, ROOT, test } from "../helpers/app";
import { seedDatabase } from "../seed/database";

const TASKS = 100_000;
const WATCHED_MARKS = 8;
const MB = 1_000_000;
/** What npm run bench:ui measures closely may take so long here, whatever else the machine does. */
const PATIENCE_MS = 10_000;

test("another program's changes come to the screen as they are committed, and nothing piles up", async ({
  launch,
  folder,
}) => {
  test.setTimeout(120_000);
  const file = join(folder, "seeded.db");
  await seedDatabase(file, { tasks: TASKS, now: Date.now() });
  const { page } = await launch({ args: ["--db", file] });
  await firstAnswer(page, "#/tasks");
  const shown = page.locator('section[data-status="review_pending"] [data-id]').nth(1);
  const markerId = await shown.getAttribute("data-id");
  await observe(page);

  const load = await startLoad(ROOT, { file, changesPerSecond: 1_000, markerId, markerEveryMs: 400 });
  await expect
    .poll(async () => Object.keys((await takeNotes(page)).marks).length, { timeout: 30_000 })
    .toBeGreaterThanOrEqual(WATCHED_MARKS);
  const { written } = await load.stop();
  expect(written).toBeGreaterThan(100);

  const last = Math.max(...load.commits.keys());
  await expect(page.locator(`[data-id="${markerId}"]`)).toContainText(`Marker ${last}.`);
  // A frame is noted once it has been painted, a moment after its text is there.
  await expect.poll(async () => (await takeNotes(page)).marks[last]).toBeDefined();
  const { marks } = await takeNotes(page);
  for (const [mark, committedAt] of load.commits) {
    const paintedAt = marks[mark] ?? Number.POSITIVE_INFINITY;
    expect(paintedAt - committedAt, `mark ${mark}`).toBeLessThan(PATIENCE_MS);
  }

  // All is over: what the columns count is what the database holds.
  const db = new Database(file, { readonly: true });
  const counts = db.prepare<[], { status: string; n: number }>("SELECT status, count(*) AS n FROM tasks GROUP BY 1");
  for (const { status, n } of counts.all()) {
    await expect(page.locator(`section[data-status="${status}"] header`)).toContainText(n.toLocaleString("en-US"));
  }
  db.close();
  expect(await page.locator("[data-id]").count()).toBeLessThan(1_000);
  expect((await heapOf(page)).kept / MB).toBeLessThan(300);
});
