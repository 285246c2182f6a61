import { statement, type WritableDatabase } from "./database";
import type { AgentCheckRow } from "./metric-rows";

const INSERT = `INSERT OR REPLACE INTO console_agent_checks (agent, at, status, message, took_ms)
  VALUES ($agent, $at, $status, $message, $tookMs)`;
const KEPT = 500;
const FORGET = `DELETE FROM console_agent_checks WHERE agent = $agent AND at < (
  SELECT at FROM console_agent_checks WHERE agent = $agent ORDER BY at DESC LIMIT 1 OFFSET ${KEPT})`;

/** Remembers how agents were found. */
export function noteAgentChecks(tx: WritableDatabase, checks: readonly AgentCheckRow[]): void {
  for (const check of checks) {
    statement(tx, INSERT).run({ ...check });
    statement(tx, FORGET).run({ agent: check.agent });
  }
}
