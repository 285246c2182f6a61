import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { STATUS_MAPPING, TYPE_MAPPING, UNIFIED_TABLES } from "../../../src/shared/model/unified-mapping";

const REFERENCE = readFileSync(join(import.meta.dirname, "../../../docs/unified-schema.md"), "utf8");

/** The cells of the rows below a heading. */
function rowsBelow(heading: string): string[][] {
  const section = REFERENCE.split(`\n### ${heading}\n`)[1]?.split("\n#")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(2).map((line) => line.slice(2, -2).split(" | "));
}

test("docs/unified-schema.md shows the mapping as it is", () => {
  expect(rowsBelow("Statuses")).toEqual(Object.entries(STATUS_MAPPING).map((pair) => pair.map((one) => `\`${one}\``)));
  expect(rowsBelow("Types")).toEqual(
    TYPE_MAPPING.map(({ type, names, agent }) => [
      `\`${type}\``,
      names.map((name) => `\`${name}\``).join(", "),
      `\`${agent}\``,
    ]),
  );
  for (const { table, columns } of UNIFIED_TABLES) {
    expect([table, rowsBelow(table)]).toEqual([
      table,
      columns.map(({ column, meaning }) => [`\`${column}\``, meaning]),
    ]);
  }
});
