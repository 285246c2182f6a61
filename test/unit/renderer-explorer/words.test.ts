import { describe, expect, it } from "vitest";
import { barsOf } from "../../../src/renderer/features/explorer/cell-bars";
import { faceOf, markdownOf, widthsOf } from "../../../src/renderer/features/explorer/cell-words";
import { chartOf } from "../../../src/renderer/features/explorer/chart-data";
import { taskIdsOf } from "../../../src/renderer/features/explorer/links";
import { formatColumnFilter, parseColumnFilter } from "../../../src/shared/model/column-filter";
import type { ResultColumn, SchemaTable } from "../../../src/shared/model/explorer";
import { parameterNames, splitStatements } from "../../../src/shared/model/sql-text";

const column = (name: string): ResultColumn => ({ name, type: null, table: null, column: null });

describe("a text of SQL", () => {
  it("is split where a statement ends, and nowhere else", () => {
    const text = "SELECT ';' AS \"a;b\"; -- one; two\n/* three; */ SELECT [x;y], `z;` ;\n\n;SELECT 'it''s; fine'";
    expect(splitStatements(text).map(({ text: one, line }) => [one, line])).toEqual([
      ["SELECT ';' AS \"a;b\"", 1],
      ["SELECT [x;y], `z;`", 2],
      ["SELECT 'it''s; fine'", 4],
    ]);
    expect(splitStatements(" -- nothing\n;;/* at all")).toEqual([]);
    expect(splitStatements("SELECT 'open").map((one) => one.text)).toEqual(["SELECT 'open"]);
  });

  it("has parameters outside of strings and comments", () => {
    expect(parameterNames("SELECT :a, ':b', @c -- :d\n, $e, \":f\", :a, 10:9")).toEqual([":a", "@c", "$e"]);
  });
});

describe("a filter above a column", () => {
  it.each([
    ["words", "contains", "words"],
    ["= 5", "=", "5"],
    ["<>x", "!=", "x"],
    [">=2026-01-01", ">=", "2026-01-01"],
    ["NULL", "null", ""],
    ["not null", "notNull", ""],
    ["*.log", "glob", "*.log"],
  ])("%s", (typed, operator, value) => {
    const filter = parseColumnFilter("a", typed);
    expect(filter).toEqual({ column: "a", operator, value });
    expect(filter && parseColumnFilter("a", formatColumnFilter(filter))).toEqual(filter);
  });

  it("is none when nothing is typed", () => expect(parseColumnFilter("a", "  ")).toBeNull());
});

describe("a cell", () => {
  it("is one line, folded where it holds JSON", () => {
    expect(faceOf(null)).toEqual({ kind: "null", text: "NULL" });
    expect(faceOf("a\nb")).toEqual({ kind: "text", text: "a⏎ b" });
    expect(faceOf('{"a":1,"b":[2]}')).toEqual({ kind: "json", text: "{2 keys, 15 B}" });
    expect(faceOf("[1,2]")).toEqual({ kind: "json", text: "[2 items, 5 B]" });
    expect(faceOf("{not json")).toMatchObject({ kind: "text" });
    expect(faceOf({ kind: "blob", hex: "00ff", length: 2 })).toEqual({ kind: "blob", text: "2 B 00ff" });
    expect(faceOf({ kind: "text", head: "abc", length: 20_000 }).text).toBe("20,000 characters: abc");
    expect(faceOf({ kind: "integer", value: "9007199254740993" })).toEqual({
      kind: "number",
      text: "9007199254740993",
    });
  });

  it("makes its column wide enough, within bounds", () => {
    const [narrow, wide] = widthsOf([column("a"), column("b")], [[1, "x".repeat(500)]]);
    expect(narrow).toBe(59);
    expect(wide).toBe(320);
  });

  it("does not break a Markdown table", () => {
    expect(markdownOf(["a"], [["x|y\nz"], [null]])).toBe("| a |\n| --- |\n| x\\|y z |\n|  |");
  });
});

describe("a chart of a result", () => {
  it("names points by the first column that is not numbers, and draws the others", () => {
    const columns = [column("many"), column("day"), column("less")];
    expect(
      chartOf(columns, [
        [3, "mon", null],
        [5, "tue", 1.5],
      ]),
    ).toEqual({
      labels: ["mon", "tue"],
      labelName: "day",
      series: [
        { name: "many", values: [3, 5] },
        { name: "less", values: [null, 1.5] },
      ],
    });
    expect(chartOf([column("x"), column("y")], [[1, 2]])).toMatchObject({ labelName: "x", series: [{ name: "y" }] });
    expect(chartOf([column("only")], [[7]])).toMatchObject({ labels: ["1"], series: [{ name: "only" }] });
  });

  it("is none without numbers or rows", () => {
    expect(chartOf([column("a")], [["x"]])).toBeNull();
    expect(chartOf([column("a")], [])).toBeNull();
  });
});

describe("bars in cells of numbers", () => {
  it("compare what a query computes, and nothing else", () => {
    const named = { ...column("priority"), table: "tasks", column: "priority" };
    const columns = [column("many"), named, column("change"), column("same"), column("word"), column("long")];
    const rows = [
      [4, 1, -1, 5, "a", 1],
      [2, 2, 3, 5, 1, { kind: "integer", value: "9007199254740993" }],
      [null, 3, 1, 5, 2, 2],
    ] as const;
    expect(barsOf(columns, rows)).toEqual([4, null, null, null, null, null]);
    expect(barsOf(columns, rows.slice(0, 2))[0]).toBeNull();
  });
});

describe("tasks that rows name", () => {
  const id = { name: "id", type: "TEXT", isRequired: false, defaultSql: null, keyAt: 1, isGenerated: false };
  const table = (name: string): SchemaTable => ({
    name,
    type: "table",
    isInternal: false,
    hasRowid: true,
    columns: [id],
    foreignKeys: [],
    indexes: [],
    triggers: [],
    sql: null,
    trouble: null,
  });
  const schema = { tables: [table("tasks"), table("runs"), table("workers")], sqliteVersion: "3" };
  const of = (name: string, from: string): ResultColumn => ({ ...column(name), table: from, column: name });

  it("are those of the first column that names some, each once", () => {
    const rows = [
      ["r1", "t1", "t9"],
      ["r2", "t2", "t9"],
      ["r3", "t1", null],
    ];
    const columns = [of("id", "runs"), of("task_id", "runs"), of("id", "tasks")];
    expect(taskIdsOf(schema, columns, rows)).toEqual(["t1", "t2"]);
    expect(taskIdsOf(schema, [column("id"), of("id", "tasks"), column("x")], rows)).toEqual(["t1", "t2"]);
    expect(taskIdsOf(schema, [column("id"), of("id", "workers"), column("x")], rows)).toEqual([]);
    expect(taskIdsOf(null, columns, rows)).toEqual([]);
  });
});
