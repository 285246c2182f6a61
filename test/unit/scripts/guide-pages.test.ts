import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { guidePage, slugOf, targetOf, titleIn } from "../../../scripts/lib/guide-pages.mjs";
import { GUIDE_PAGES, GUIDE_SECTIONS } from "../../../src/renderer/guide-place";

const DOCS = join(import.meta.dirname, "../../../docs");
const written = readdirSync(DOCS).flatMap((name) => (name.endsWith(".md") ? [name.slice(0, -3)] : []));
const textOf = (page: string): string => readFileSync(join(DOCS, `${page}.md`), "utf8");
const titleOf = (page: string): string | null => (written.includes(page) ? titleIn(join(DOCS, `${page}.md`)) : null);
const documents = new Map(written.map((page) => [page, guidePage(textOf(page), page, titleOf)]));

test("every document is a page of the window, with a title", () => {
  expect(written.filter((page) => !GUIDE_PAGES.some((known) => known === page))).toEqual([]);
  for (const { title } of documents.values()) expect(title).not.toBe("");
});

test("every link from one document to another, or to a picture, leads somewhere", () => {
  const broken: string[] = [];
  for (const [page, { images, html }] of documents) {
    for (const image of images) if (!existsSync(join(DOCS, image))) broken.push(`${page}: ${image}`);
    for (const [, target = "", section] of html.matchAll(/href="#\/guide\/([\w-]+)(?:\/([^"]+))?"/g)) {
      const ids = documents.get(target)?.sections.map(({ id }) => id);
      if (ids === undefined || (section !== undefined && !ids.includes(section)))
        broken.push(`${page}: ${target} ${section}`);
    }
    for (const [, href = ""] of textOf(page).matchAll(/\]\(([^)\s]+\.md[^)\s]*)\)/g)) {
      const target = targetOf(href, page);
      if (target === null ? !existsSync(join(DOCS, href.replace(/#.*/, ""))) : titleOf(target.page) === null) {
        broken.push(`${page}: ${href}`);
      }
    }
  }
  expect(broken).toEqual([]);
});

test("what the window leads to stands in the user guide", () => {
  const ids = documents.get("user-guide")?.sections.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(Object.values(GUIDE_SECTIONS)));
});

test("links stay in the window, HTML is dropped, and headings of one name are told apart", () => {
  const { html, sections, title } = guidePage(
    [
      "# It's a page",
      "<script>alert(1)</script>",
      "See [the command](cli.md#hive-run), [cli.md](cli.md), [here](#again), [why](adr/0001-x.md) and [Redis](https://redis.io/?a=1&b).",
      "## Again",
      "## Again",
      '![Alt "text"](images/a.png)',
    ].join("\n\n"),
    "page",
    (page: string) => ({ cli: "The hive command", page: "It's a page" })[page] ?? null,
  );
  expect(title).toBe("It's a page");
  expect(sections.map(({ id }) => id)).toEqual(["again", "again-1"]);
  expect(html).not.toContain("script");
  expect(html).toContain('<a href="#/guide/cli/hive-run">the command</a>, <a href="#/guide/cli">The hive command</a>');
  expect(html).toContain(
    '<a href="#/guide/page/again">here</a>, why and Redis (<code>https://redis.io/?a=1&amp;b</code>)',
  );
  expect(html).toContain('<img src="image:0" alt="Alt &quot;text&quot;">');
  expect(slugOf("Find out why: a task's state, 2.0")).toBe("find-out-why-a-tasks-state-20");
});
