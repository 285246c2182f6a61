import { jsonObject, type Row, textOrNull } from "../core/store/columns";
import type { Store } from "../core/store/open";

const LATEST = `SELECT after FROM console_audit WHERE entity_id = 'explorer' AND act = 'explorer.write'
  ORDER BY seq DESC LIMIT ?`;

/** The backups of the latest writes that were committed: the audit log is one with what was written. */
export const readWrittenBackups = (read: Store["read"], most: number): string[] =>
  read
    .prepare<unknown[], Row>(LATEST)
    .all(most)
    .flatMap(({ after }) => {
      const { backupFile } = textOrNull(after) === null ? {} : jsonObject(after);
      return typeof backupFile === "string" ? [backupFile] : [];
    });
