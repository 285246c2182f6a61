// The documents of docs/ as pages of the window: what Vite imports of a `.md` file. Made when the window is built, so that the
// page itself needs neither a parser nor the network.
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Marked } from "marked";

/** As GitHub names headings, so that one link serves both. */
export function slugOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

const escaped = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const unescaped = (html) =>
  html
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

/**
 * Where a link to a document leads; null for everything that is none.
 * @param {string} href
 * @param {string} page where it stands
 * @returns {{ page: string, section: string } | null}
 */
export function targetOf(href, page) {
  const [, file = "", section = ""] = /^(?:\.\/)?(?:([\w-]+)\.md)?(?:#(.*))?$/.exec(href) ?? [];
  return file === "" && section === "" ? null : { page: file === "" ? page : file, section };
}

/**
 * @param {string} markdown
 * @param {string} page its name: the file's, without `.md`
 * @param {(page: string) => string | null} titleOf the title of another document; null: it is no page of the window
 * @returns {{ title: string, html: string, sections: { id: string, title: string, level: number }[], images: string[] }}
 *   `html`: images stand as `image:N`, for the N-th of `images`; nothing in it is taken over from HTML in the document.
 */
export function guidePage(markdown, page, titleOf) {
  const sections = [];
  const images = [];
  const marked = new Marked({ gfm: true });
  const plain = (tokens) => unescaped(marked.Parser.parseInline(tokens, new marked.TextRenderer()));
  marked.use({
    renderer: {
      heading({ tokens, depth }) {
        const title = plain(tokens);
        const slug = slugOf(title);
        const before = sections.filter(({ id }) => id === slug || id.startsWith(`${slug}-`)).length;
        const id = before === 0 || !sections.some((one) => one.id === slug) ? slug : `${slug}-${before}`;
        sections.push({ id, title, level: depth });
        return `<h${depth} id="${id}" tabindex="-1">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const target = targetOf(href, page);
        const title = target === null ? null : titleOf(target.page);
        const isName = plain(tokens) === `${target?.page}.md`;
        const words = isName && title !== null ? escaped(title) : this.parser.parseInline(tokens);
        if (target !== null && title !== null) {
          const section = target.section === "" ? "" : `/${target.section}`;
          return `<a href="${escaped(`#/guide/${target.page}${section}`)}">${words}</a>`;
        }
        // The window goes nowhere else: the address is there to be copied.
        return /^https?:/.test(href) ? `${words} (<code>${escaped(href)}</code>)` : words;
      },
      image({ href, text }) {
        images.push(href);
        return `<img src="image:${images.length - 1}" alt="${escaped(text)}">`;
      },
      code({ text }) {
        return `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`;
      },
      table(token) {
        const row = (cells, tag) =>
          `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>`;
        const isHeaded = token.header.some(({ text }) => text !== "");
        const head = isHeaded ? `<thead>${row(token.header, "th")}</thead>` : "";
        return `<div class="table" tabindex="0"><table>${head}<tbody>${token.rows.map((cells) => row(cells, "td")).join("")}</tbody></table></div>\n`;
      },
      html: () => "",
    },
  });
  const html = marked.parse(markdown);
  const title = sections.find(({ level }) => level === 1)?.title ?? page;
  return { title, html, sections: sections.filter(({ level }) => level > 1), images };
}

/** The title of a document; null when there is none of this name. */
export function titleIn(file) {
  try {
    return /^# (.+)$/m.exec(readFileSync(file, "utf8"))?.[1]?.trim() ?? null;
  } catch {
    return null;
  }
}

/**
 * Lets Vite import the documents.
 * @param {readonly string[]} pages names of the documents that are pages
 */
export function guidePages(pages) {
  return {
    name: "guide-pages",
    enforce: /** @type {const} */ ("pre"),
    transform(code, id) {
      if (!id.endsWith(".md")) return null;
      const { title, html, sections, images } = guidePage(code, basename(id, ".md"), (page) =>
        pages.includes(page) ? titleIn(join(dirname(id), `${page}.md`)) : null,
      );
      const imports = images.map(
        (image, index) => `import image${index} from ${JSON.stringify(join(dirname(id), image))};`,
      );
      const lines = [
        ...imports,
        `const images = [${images.map((_, index) => `image${index}`).join(", ")}];`,
        `export default { title: ${JSON.stringify(title)}, sections: ${JSON.stringify(sections)}, html: ${JSON.stringify(html)}.replace(/"image:(\\d+)"/g, (_, index) => JSON.stringify(images[Number(index)])) };`,
      ];
      return { code: lines.join("\n"), map: null, moduleType: "js" };
    },
  };
}
