import { Archive, ArchiveRestore, FilePlus2, ShieldCheck, Trash2, TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import type { BackupRow } from "../../../shared/model/backup";
import { Button, IconButton } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { formatBytes } from "../../ui/format";
import { Moment, Remaining } from "../../ui/relative-time";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { useReadOnlyReason } from "../shell/app-store";
import {
  askRemove,
  askRestore,
  causeWords,
  loadBackups,
  MAKING,
  makeBackup,
  restoreAsNew,
  setBackupRule,
  startBackups,
  useBackups,
  verificationWords,
  verifyBackup,
} from "./backups-store";
import styles from "./care.module.css";

const INTERVALS: ReadonlyArray<readonly [hours: number, label: string]> = [
  [0, "Not by the clock"],
  [1, "Every hour"],
  [6, "Every 6 hours"],
  [24, "Every day"],
  [168, "Every week"],
];

/** Copies of the database: when they are made, which there are, and what can be done with each. */
export function BackupsTab() {
  useEffect(startBackups, []);
  const { list, error, busy } = useBackups();
  const readOnly = useReadOnlyReason();
  if (list === null) {
    if (error === null) return <SkeletonRows height={40} />;
    return (
      <Failure
        title="The backups could not be listed"
        error={error}
        meaning="Nothing was changed."
        onRetry={() => void loadBackups()}
      />
    );
  }
  const { backups, everyHours, keep, nextAt, databaseBytes, freeBytes } = list;
  const known = INTERVALS.some(([hours]) => hours === everyHours);
  const isTight = freeBytes < 2 * databaseBytes;
  return (
    <div className={styles.tab}>
      <div className={styles.bar}>
        <label>
          Made
          <select
            value={everyHours}
            disabled={readOnly !== null}
            onChange={(event) => void setBackupRule("backup.everyHours", Number(event.target.value))}
          >
            {!known && <option value={everyHours}>Every {everyHours} hours</option>}
            {INTERVALS.map(([hours, label]) => (
              <option key={hours} value={hours}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          Keep the latest
          <input
            type="number"
            min={1}
            max={1_000}
            defaultValue={keep}
            key={keep}
            disabled={readOnly !== null}
            onBlur={({ target }) => {
              const value = Math.round(target.valueAsNumber);
              if (value >= 1 && value <= 1_000 && value !== keep) void setBackupRule("backup.keep", value);
              else target.value = String(keep);
            }}
          />
        </label>
        <span className={styles.muted}>
          {nextAt !== null && (
            <>
              next <Remaining until={nextAt} />,{" "}
            </>
          )}
          {formatBytes(databaseBytes)} each, {formatBytes(freeBytes)} free
        </span>
        <span className={styles.push}>
          <Button
            icon={<Archive size={14} />}
            disabledReason={readOnly ?? (busy === null ? null : "Something is under way.")}
            onClick={() => void makeBackup()}
          >
            {busy === MAKING ? "Backing up…" : "Back up now"}
          </Button>
        </span>
      </div>
      {isTight && (
        <p className={styles.notice} data-tone="escalated" role="status">
          <TriangleAlert size={14} aria-hidden="true" /> There is little room for further backups on this disk.
        </p>
      )}
      {backups.length === 0 ? (
        <EmptyState icon={<Archive size={20} />} title="No backups yet">
          A backup is a copy of the database as of one moment, made while it is used. Make one now, or have them made by
          the clock by whoever starts the tasks.
        </EmptyState>
      ) : (
        <div className={styles.scroller}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Made</th>
                <th scope="col">Why</th>
                <th scope="col" className={styles.number}>
                  Size
                </th>
                <th scope="col">Verified</th>
                <th scope="col">File</th>
                <th scope="col">
                  <span className="visually-hidden">What can be done</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {backups.map((backup) => (
                <Row key={backup.id} backup={backup} readOnly={readOnly} busy={busy} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

interface RowProps {
  readonly backup: BackupRow;
  readonly readOnly: string | null;
  readonly busy: string | null;
}

function Row({ backup, readOnly, busy }: RowProps) {
  const { id, file, madeAt, bytes, cause, actor, isMissing, verification } = backup;
  const verdict = isMissing ? "missing" : (verification?.verdict ?? null);
  const tone = verdict === null ? "cancelled" : verdict === "sound" ? "completed" : "failed";
  const off = busy === null ? null : "Something is under way.";
  const gone = isMissing ? "Its file is gone." : null;
  return (
    <tr>
      <td>
        <Moment at={madeAt} />
      </td>
      <td title={causeWords[cause]}>
        {causeWords[cause].split(",", 1)[0]}
        {cause === "operator" && actor !== null && `, ${actor}`}
      </td>
      <td className={styles.number}>{formatBytes(bytes)}</td>
      <td data-tone={tone} title={verification?.damage[0]}>
        <span className={styles.tinted}>{busy === id ? "Reading…" : verificationWords(backup)}</span>
      </td>
      <td className="mono" title={file}>
        {file.split(/[\\/]/).at(-1)}
      </td>
      <td className={styles.acts}>
        <IconButton label="Verify it" size="sm" disabledReason={off ?? gone} onClick={() => void verifyBackup(backup)}>
          <ShieldCheck size={14} />
        </IconButton>
        <IconButton
          label="Restore as a new database"
          size="sm"
          disabledReason={off ?? gone}
          onClick={() => void restoreAsNew(backup)}
        >
          <FilePlus2 size={14} />
        </IconButton>
        <IconButton
          label="Restore in place"
          size="sm"
          disabledReason={readOnly ?? off ?? gone}
          onClick={() => askRestore(backup)}
        >
          <ArchiveRestore size={14} />
        </IconButton>
        <IconButton label="Remove it" size="sm" disabledReason={readOnly ?? off} onClick={() => askRemove(backup)}>
          <Trash2 size={14} />
        </IconButton>
      </td>
    </tr>
  );
}
