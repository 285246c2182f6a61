import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatSql } from "../../../src/shared/model/sql-format";
import { sqlTokens } from "../../../src/shared/model/sql-tokens";

/** Its lines; formatted once more, it is the same. */
function laid(text: string): string[] {
  const once = formatSql(text);
  expect(formatSql(once)).toBe(once);
  return once.split("\n").slice(0, -1);
}

describe("formatting SQL", () => {
  it("begins each clause in a line of its own", () => {
    expect(
      laid(`-- Slowest failed runs
        select r.id,t.title, round( (julianday(r.completed_at)-julianday(r.started_at))*86400 ) as secs, r.error_message,
        count( * ) from runs r join tasks t on t.id=r.task_id where r.status in ('failure','timeout') and r.started_at >
        datetime('now','-1 day') and ifnull(:worker,r.worker_id)=r.worker_id and t.priority between -1 and +5
        group by 1 order by secs desc limit 200 ;`),
    ).toEqual([
      "-- Slowest failed runs",
      "select",
      "  r.id,",
      "  t.title,",
      "  round((julianday(r.completed_at) - julianday(r.started_at)) * 86400) as secs,",
      "  r.error_message,",
      "  count(*)",
      "from runs r",
      "join tasks t on t.id = r.task_id",
      "where r.status in ('failure', 'timeout')",
      "  and r.started_at > datetime('now', '-1 day')",
      "  and ifnull(:worker, r.worker_id) = r.worker_id",
      "  and t.priority between -1 and +5",
      "group by 1",
      "order by secs desc",
      "limit 200;",
    ]);
  });

  it("opens brackets and cases that are too long, and queries in them", () => {
    expect(
      laid(`WITH late AS (SELECT id, title FROM tasks WHERE status = 'failed' AND updated_at > datetime('now', '-1 day')), one AS (SELECT 1)
        SELECT CASE WHEN priority > 5 THEN 'urgent and not to be forgotten' WHEN priority > 3 THEN 'soon' ELSE 'some day, maybe' END AS how FROM late`),
    ).toEqual([
      "WITH",
      "  late AS (",
      "    SELECT id, title",
      "    FROM tasks",
      "    WHERE status = 'failed' AND updated_at > datetime('now', '-1 day')",
      "  ),",
      "  one AS (SELECT 1)",
      "SELECT CASE",
      "  WHEN priority > 5 THEN 'urgent and not to be forgotten'",
      "  WHEN priority > 3 THEN 'soon'",
      "  ELSE 'some day, maybe'",
      "END AS how",
      "FROM late",
    ]);
  });

  it("knows statements that write, and keeps several apart", () => {
    expect(
      laid(`insert or replace into tasks(id,title) values ('a','b'),('c','d') on conflict(id) do update set title=excluded.title returning id; -- done
        update tasks set priority=1,title='x' where id='a';delete from runs`),
    ).toEqual([
      "insert or replace into tasks(id, title)",
      "values ('a', 'b'), ('c', 'd')",
      "on conflict(id) do update",
      "set title = excluded.title",
      "returning id; -- done",
      "",
      "update tasks",
      "set priority = 1, title = 'x'",
      "where id = 'a';",
      "",
      "delete from runs",
    ]);
  });

  it("keeps comments where they are", () => {
    expect(laid("SELECT a, -- first\n b /* second */ FROM t -- all\n-- of it\nWHERE x")).toEqual([
      "SELECT a, -- first",
      "b /* second */",
      "FROM t -- all",
      "-- of it",
      "WHERE x",
    ]);
  });

  it("leaves alone what it cannot read", () => {
    for (const text of ["SELECT (1", "SELECT 1)", "SELECT CASE WHEN 1 END)", "", "  ", "-- only words"]) {
      expect(formatSql(text).trim()).toBe(text.trim());
    }
  });

  it("changes nothing but space, whatever the text", () => {
    const piece = fc.constantFrom(
      ..."SELECT FROM WHERE AND OR ( ) , ; . CASE END WHEN THEN * - + -> ->> || a b_1 'it''s; x' \"q\" [r s] `t` :p ?1 x'0a' 1.5e-3 .5 0xFF -- /* BETWEEN JOIN ON ON CONFLICT".split(
        " ",
      ),
      "-- note\n",
      "/* two\nlines */",
      "\n",
      "\n\n",
      "'a\nb'",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, fc.constantFrom("", " ", "\n")), { maxLength: 40 }), (parts) => {
        const text = parts.flat().join("");
        const once = formatSql(text);
        expect(sqlTokens(once).map((token) => token.text)).toEqual(sqlTokens(text).map((token) => token.text));
      }),
      { numRuns: 2_000 },
    );
  });
});
