import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTestStore } from "../../helpers/store";

const REFERENCE = readFileSync(join(import.meta.dirname, "../../../docs/database.md"), "utf8");

/** `### table` sections with the first cells of their rows; cells after it must say something. */
function documentedTables(): Record<string, string[]> {
  const sections = REFERENCE.split(/^### /m).slice(1);
  return Object.fromEntries(
    sections.map((section) => {
      const [name = "", ...lines] = section.split("\n");
      const rows = lines.filter((line) => /^\| \w+ \| \S/.test(line) && !line.startsWith("| column |"));
      return [name.trim(), rows.map((line) => line.split("|")[1]?.trim() ?? "")];
    }),
  );
}

test("docs/database.md names every table and column of a database, and no others", async () => {
  const store = await openTestStore();
  const tables = store.read
    .prepare<[], string>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .pluck()
    .all();
  const columns = store.read.prepare<[string], string>("SELECT name FROM pragma_table_info(?)").pluck();
  expect(documentedTables()).toEqual(Object.fromEntries(tables.map((table) => [table, columns.all(table)])));
});
