import { rmSync } from "node:fs";
import { HiveError } from "../../shared/errors";
import type { WriteMode, WriteOutcome, WritePreview } from "../../shared/model/explorer";
import { appendAudit } from "../core/store/audit";
import { backupName } from "../core/store/backup";
import type { Store } from "../core/store/open";
import type { Explorer } from "./client";
import type { ExplorerDatabase } from "./connection";
import type { JobName, JobOf, JobPart } from "./protocol";
import type { QueryParameters } from "./query-plan";
import type { Changes, CommitPart } from "./write-run";

export interface WriteModeOptions {
  readonly store: Store;
  readonly explorer: Explorer;
  readonly nativeBinding: string | null;
  readonly actor: string;
  /** How long trying a change may take. Default: 10 seconds. */
  readonly tryMs?: number;
}

/** The write mode of one database, as long as its window has it open. */
export interface Writing {
  mode(): WriteMode;
  /** Throws `not_allowed` for a database that is only observed, and `invalid_input` without a reason. */
  set(isOn: boolean, reason: string): Promise<WriteMode>;
  /** Throws `not_allowed` for a change that would hold up other programs for too long. */
  preview(sql: string, parameters: QueryParameters): Promise<WritePreview>;
  commit(previewId: string): Promise<WriteOutcome>;
}

interface Seen {
  readonly sql: string;
  readonly parameters: QueryParameters;
  readonly changes: Changes;
}

/** Half of it may go by until the lock is free; for the other half it is held, and every other writer waits. */
const TRY_MS = 10_000;
/** A large database takes its time to be copied. */
const BACKUP_MS = 600_000;
/** Earlier previews are not committed any more: there is one on the screen. */
const MOST_SEEN = 4;

const late = (tryMs: number): string =>
  `The change takes longer than ${Math.ceil(tryMs / 2_000)} s, and every other program that writes would wait for it. Nothing was changed. Change fewer rows at once.`;

const isLate = (error: unknown): boolean => error instanceof HiveError && "timeoutMs" in error.details;

function removeBackup(file: string): void {
  for (const end of ["", "-journal", "-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
}

export function createWriting({ store, explorer, nativeBinding, actor, tryMs = TRY_MS }: WriteModeOptions): Writing {
  let mode: WriteMode = { isOn: false, reason: null, since: null };
  const seen = new Map<string, Seen>();
  const database: ExplorerDatabase = { file: store.file, nativeBinding };
  let last = 0;

  function mustBeOn(): string {
    if (mode.isOn && mode.reason !== null) return mode.reason;
    throw new HiveError("not_allowed", "The write mode is off: nothing is written. Turn it on first.");
  }

  async function parts<Name extends JobName>(job: JobOf<Name>, timeoutMs: number): Promise<JobPart<Name>[]> {
    const found: JobPart<Name>[] = [];
    await explorer.run<Name>(job, { onPart: (part) => void found.push(part), timeoutMs }).ended;
    return found;
  }

  function keep(given: Seen): WritePreview {
    last += 1;
    const previewId = String(last);
    seen.set(previewId, given);
    for (const old of seen.keys()) if (seen.size > MOST_SEEN) seen.delete(old);
    return { previewId, ...given.changes };
  }

  return {
    mode: () => mode,
    async set(isOn, reason) {
      if (isOn && store.info().mode === "observe") {
        throw new HiveError("not_allowed", `${store.file} is only observed. Open it in operate to change it.`);
      }
      if (isOn && reason === "") {
        throw new HiveError("invalid_input", "Say why rows are to be changed by hand: it goes into the audit log.");
      }
      const before = mode;
      const after: WriteMode = isOn ? { isOn, reason, since: store.clock.now() } : { isOn, reason: null, since: null };
      if (before.isOn !== isOn) {
        await store.write((tx) =>
          appendAudit(tx, {
            at: store.clock.now(),
            actor,
            act: "explorer.setWriteMode",
            entity: "setting",
            entityId: "explorer.writeMode",
            reason: isOn ? reason : null,
            before: { isOn: before.isOn },
            after: { isOn },
          }),
        );
      }
      mode = after;
      seen.clear();
      return mode;
    },
    async preview(sql, parameters) {
      mustBeOn();
      const job = { kind: "previewWrite", ...database, sql, parameters } as const;
      const [changes] = await parts<"previewWrite">(job, tryMs).catch((error: unknown) => {
        throw isLate(error) ? new HiveError("not_allowed", late(tryMs)) : error;
      });
      if (changes === undefined) throw new HiveError("not_allowed", "The preview was given up.");
      return keep({ sql, parameters, changes });
    },
    async commit(previewId) {
      const reason = mustBeOn();
      const what = seen.get(previewId);
      if (what === undefined) {
        throw new HiveError("not_found", "This preview is not known any more. Look at what would change again.");
      }
      seen.delete(previewId);
      const { sql, parameters, changes } = what;
      const backupFile = backupName(store.file, store.clock);
      const found = await parts<"commitWrite">(
        {
          kind: "commitWrite",
          ...database,
          sql,
          parameters,
          expected: changes.counts,
          seenRows: changes.rows,
          backupFile,
          audit: { at: store.clock.now(), actor, reason },
        },
        BACKUP_MS + tryMs,
      ).catch((error: unknown) => {
        // Nothing was written: there is nothing to go back to.
        removeBackup(backupFile);
        throw error;
      });
      const end = found.find((part): part is Exclude<CommitPart, { kind: "backedUp" }> => part.kind !== "backedUp");
      if (end?.kind === "written") return { kind: "written", counts: end.counts, backupFile };
      removeBackup(backupFile);
      if (end === undefined) throw new HiveError("not_allowed", "It was given up before it was written.");
      return { kind: "differs", preview: keep({ ...what, changes: end.changes }) };
    },
  };
}
