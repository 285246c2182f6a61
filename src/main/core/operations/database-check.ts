import type Database from "better-sqlite3";
import { systemClock } from "../clock";
import { integer, text } from "../store/columns";
import { columnsOf } from "../store/migrations/found";
import { sqliteCode } from "../store/sqlite-errors";
import { type DatabaseReport, type DatabaseTarget, describe, withSource } from "./database";

export interface CheckFinding {
  /** `error`: the file is damaged, or the console's tables do not agree with the tasks. `warning`: worth knowing. */
  readonly severity: "error" | "warning";
  readonly kind: "damage" | "foreign_key" | "wal" | "counters" | "unchecked" | "mode";
  readonly message: string;
}

export interface DatabaseCheck {
  /** Null: the file is too damaged even for that. */
  readonly report: DatabaseReport | null;
  readonly findings: readonly CheckFinding[];
  /** Rows that point to rows that do not exist. Python programs do not enforce foreign keys: no damage. */
  readonly foreignKeyViolations: number;
}

export interface CheckOptions {
  /** When to stop, in milliseconds: what is unchecked then is a finding. Default: ten minutes. */
  readonly limitMs?: number;
  /** Before each table. */
  readonly onTable?: (table: string) => void;
}

const LIMIT_MS = 600_000;
const MOST_MESSAGES = 20;
const LARGE_WAL_BYTES = 64 * 1_048_576;

/**
 * Reads the whole file, table by table, and says what is wrong with it; changes nothing. It takes its time (a
 * second for some hundred megabytes) and blocks the thread for one table at a time: not for a window's process.
 */
export function checkDatabase(target: DatabaseTarget, options: CheckOptions = {}): Promise<DatabaseCheck> {
  return withSource(target, async ({ connection, copied }, file) => {
    const findings = await checkPages(connection, target, options);
    const isDamaged = findings.some(({ kind }) => kind === "damage");
    if (isDamaged) return { report: reportOrNull(connection, file, copied), findings, foreignKeyViolations: 0 };
    const report = describe(connection, file, copied);
    const violations = foreignKeyFindings(connection);
    return {
      report,
      findings: [
        ...findings,
        ...violations.findings,
        ...counterFindings(connection),
        ...walFindings(report),
        ...modeFindings(report),
      ],
      foreignKeyViolations: violations.count,
    };
  });
}

function reportOrNull(connection: Database.Database, file: string, copied: string | null): DatabaseReport | null {
  try {
    return describe(connection, file, copied);
  } catch (error) {
    if (sqliteCode(error) === null) throw error;
    return null;
  }
}

async function checkPages(
  connection: Database.Database,
  { clock = systemClock }: DatabaseTarget,
  { limitMs = LIMIT_MS, onTable }: CheckOptions,
): Promise<CheckFinding[]> {
  const end = clock.monotonic() + limitMs;
  const tables = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all().map(String);
  const findings: CheckFinding[] = [];
  for (const [index, table] of tables.entries()) {
    if (clock.monotonic() > end) {
      const message = `Not checked, for want of time: ${tables.slice(index).join(", ")}.`;
      findings.push({ severity: "warning", kind: "unchecked", message });
      break;
    }
    onTable?.(table);
    findings.push(...damageOf(connection, table));
    await new Promise((done) => setImmediate(done));
  }
  return findings;
}

function damageOf(connection: Database.Database, table: string): CheckFinding[] {
  const damage = (message: string): CheckFinding => ({
    severity: "error",
    kind: "damage",
    message: `${table}: ${message}`,
  });
  try {
    const quoted = `"${table.replaceAll('"', '""')}"`;
    const answers = connection.prepare(`PRAGMA quick_check(${quoted})`).pluck().all().map(String);
    return answers
      .filter((answer) => answer !== "ok")
      .slice(0, MOST_MESSAGES)
      .map(damage);
  } catch (error) {
    if (sqliteCode(error) === null) throw error;
    return [damage(error instanceof Error ? error.message : String(error))];
  }
}

function foreignKeyFindings(connection: Database.Database): { count: number; findings: CheckFinding[] } {
  try {
    const sql = `SELECT "table" AS child, parent, count(*) AS n FROM pragma_foreign_key_check GROUP BY 1, 2`;
    const rows = connection.prepare<[], Record<string, unknown>>(sql).all();
    return {
      count: rows.reduce((sum, row) => sum + integer(row.n), 0),
      findings: rows.map((row) => ({
        severity: "warning",
        kind: "foreign_key",
        message: `${integer(row.n)} rows of ${text(row.child)} point to rows of ${text(row.parent)} that do not exist.`,
      })),
    };
  } catch (error) {
    if (sqliteCode(error) === null) throw error;
    const message = `Foreign keys cannot be checked: ${error instanceof Error ? error.message : String(error)}.`;
    return { count: 0, findings: [{ severity: "warning", kind: "foreign_key", message }] };
  }
}

const DRIFT = `SELECT coalesce(a.status, b.status) AS status, coalesce(a.n, 0) AS counted, coalesce(b.n, 0) AS found
  FROM (SELECT status, n FROM console_counts WHERE scope = '' AND n <> 0) a
  FULL JOIN (SELECT status, count(*) AS n FROM tasks GROUP BY status) b ON b.status = a.status
  WHERE coalesce(a.n, 0) <> coalesce(b.n, 0)`;

function counterFindings(connection: Database.Database): CheckFinding[] {
  if (columnsOf(connection, "console_counts").length === 0) return [];
  const rows = connection.prepare<[], Record<string, unknown>>(DRIFT).all();
  return rows.map((row) => ({
    severity: "error",
    kind: "counters",
    message: `The counter of ${text(row.status)} tasks says ${integer(row.counted)}, and there are ${integer(row.found)}.`,
  }));
}

function walFindings({ walBytes }: DatabaseReport): CheckFinding[] {
  if (walBytes < LARGE_WAL_BYTES) return [];
  const megabytes = Math.round(walBytes / 1_048_576);
  const message = `The write-ahead log has grown to ${megabytes} MB: some program reads for long. It shrinks when that ends.`;
  return [{ severity: "warning", kind: "wal", message }];
}

function modeFindings({ operate, copied }: DatabaseReport): CheckFinding[] {
  const findings: CheckFinding[] = [];
  if (operate !== null) findings.push({ severity: "warning", kind: "mode", message: operate.message });
  if (copied !== null) {
    findings.push({ severity: "warning", kind: "mode", message: `It was checked in a copy, because ${copied}.` });
  }
  return findings;
}
