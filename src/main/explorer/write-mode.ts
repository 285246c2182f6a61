import { rmSync } from "node:fs";
import { HiveError } from "../../shared/errors";
import type { WriteMode, WriteOutcome, WritePreview } from "../../shared/model/explorer";
import { appendAudit } from "../core/store/audit";
import { backupName } from "../core/store/backup";
import type { Store } from "../core/store/open";
import { MOST_MEMORY } from "./ask";
import type { Explorer } from "./client";
import type { ExplorerDatabase } from "./connection";
import type { JobName, JobOf, JobPart } from "./protocol";
import type { QueryParameters } from "./query-plan";
import type { Changes, CommitPart } from "./write-run";
import { readWrittenBackups } from "./written-backups";

export interface WriteModeOptions {
  readonly store: Store;
  readonly explorer: Explorer;
  readonly nativeBinding: string | null;
  readonly actor: string;
  /** How long trying a change may take. Default: 10 seconds. */
  readonly tryMs?: number;
  /** What it may hold meanwhile, in bytes. Default: `MOST_MEMORY`. */
  readonly memoryBytes?: number;
}

/** The write mode of one database, as long as its window has it open. */
export interface Writing {
  mode(): WriteMode;
  /** Throws `not_allowed` for a database that is only observed, and `invalid_input` without a reason. */
  set(isOn: boolean, reason: string): Promise<WriteMode>;
  /** Null: it was stopped. Throws `not_allowed` for a change that would hold up other programs for too long. */
  preview(sql: string, parameters: QueryParameters): Promise<WritePreview | null>;
  commit(previewId: string): Promise<WriteOutcome>;
  /**
   * Ends what is tried or written by ending its process: its transaction is taken back with it, unless it was committed
   * already. Resolves when the process is gone, and its lock.
   */
  stop(): Promise<void>;
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

export function createWriting(options: WriteModeOptions): Writing {
  const { store, explorer, nativeBinding, actor, tryMs = TRY_MS, memoryBytes = MOST_MEMORY } = options;
  let mode: WriteMode = { isOn: false, reason: null, since: null };
  const seen = new Map<string, Seen>();
  const database: ExplorerDatabase = { file: store.file, nativeBinding };
  const running = new Set<() => void>();
  let last = 0;

  function mustBeOn(): string {
    if (mode.isOn && mode.reason !== null) return mode.reason;
    throw new HiveError("not_allowed", "The write mode is off: nothing is written. Turn it on first.");
  }

  interface Ended<Part> {
    readonly parts: readonly Part[];
    /** Somebody did not want to wait for it. */
    readonly isStopped: boolean;
  }

  async function run<Name extends JobName>(job: JobOf<Name>, timeoutMs: number): Promise<Ended<JobPart<Name>>> {
    const parts: JobPart<Name>[] = [];
    let isStopped = false;
    const onPart = (part: JobPart<Name>): void => void parts.push(part);
    const { ended, cancel } = explorer.run<Name>(job, { onPart, timeoutMs, memoryBytes });
    const stop = (): void => {
      isStopped = true;
      cancel();
    };
    running.add(stop);
    try {
      await ended;
      return { parts, isStopped };
    } finally {
      running.delete(stop);
    }
  }

  /** Whether a write with this backup was committed: asked when nobody is left to tell. */
  async function wasWritten(backupFile: string): Promise<boolean> {
    await explorer.gone();
    return readWrittenBackups(store.read, MOST_SEEN).includes(backupFile);
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
      const { parts, isStopped } = await run<"previewWrite">(job, tryMs).catch((error: unknown) => {
        throw isLate(error) ? new HiveError("not_allowed", late(tryMs)) : error;
      });
      const [changes] = parts;
      return isStopped || changes === undefined ? null : keep({ sql, parameters, changes });
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
      const job = {
        kind: "commitWrite",
        ...database,
        sql,
        parameters,
        expected: changes.counts,
        seenRows: changes.rows,
        backupFile,
        audit: { at: store.clock.now(), actor, reason },
      } as const;
      const written = { kind: "written", counts: changes.counts, backupFile } as const;
      try {
        const { parts, isStopped } = await run<"commitWrite">(job, BACKUP_MS + tryMs);
        const end = parts.find((part): part is Exclude<CommitPart, { kind: "backedUp" }> => part.kind !== "backedUp");
        if (end?.kind === "written") return { ...written, counts: end.counts, isStopped };
        if (end === undefined && (await wasWritten(backupFile))) return { ...written, isStopped };
        // Nothing was written: there is nothing to go back to.
        removeBackup(backupFile);
        if (end !== undefined && !isStopped)
          return { kind: "differs", preview: keep({ ...what, changes: end.changes }) };
        // It can still be written: it is on the screen.
        seen.set(previewId, what);
        return { kind: "stopped" };
      } catch (error) {
        // Whoever wrote it may have died before it could say so.
        if (await wasWritten(backupFile)) return { ...written, isStopped: false };
        removeBackup(backupFile);
        throw error;
      }
    },
    async stop() {
      for (const end of running) end();
      await explorer.gone();
    },
  };
}
