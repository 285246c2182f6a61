import { Square } from "lucide-react";
import { useState } from "react";
import type { ChangeCount, ChangedRow } from "../../../shared/model/explorer";
import { Button } from "../../ui/button";
import { useNow } from "../../ui/clock";
import { Dialog } from "../../ui/dialog";
import { formatCount, plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import styles from "./write.module.css";
import { closePreview, commitWrite, stopWork, useWriting } from "./write-store";

const ACTS: Readonly<Record<ChangeCount["act"], string>> = {
  insert: "new",
  update: "changed",
  delete: "deleted",
  replace: "replaced",
};

/** The rows that a write would change, before it does. */
export function WriteDialog({ onWritten }: { readonly onWritten: () => void }) {
  const { preview, hasChanged, work, note, sql } = useWriting();
  const isBusy = work !== null;
  const rows = preview?.counts.reduce((sum, count) => sum + count.rows, 0) ?? 0;
  const commit = (): void => void commitWrite(onWritten);
  useHotkeys({
    group: "Write",
    scope: "dialog",
    hotkeys:
      preview === null
        ? []
        : [
            { keys: ["Mod+Enter"], label: "Write", whileTyping: true, disabled: rows === 0 || isBusy, run: commit },
            { keys: ["Shift+X"], label: "Stop writing", disabled: !isBusy, run: () => void stopWork() },
          ],
  });
  if (preview === null) return null;
  return (
    <Dialog
      open
      width={860}
      mustAnswer={isBusy}
      onClose={closePreview}
      title={rows === 0 ? "Nothing would change" : `Write ${plural(rows, "row")}?`}
      description={
        rows === 0
          ? "The statements match no row. Nothing was written."
          : "This was tried and taken back: nothing has changed yet. A backup is made first; statement, counts and reason go into the audit log."
      }
      footer={
        <>
          {isBusy ? (
            <Button icon={<Square size={12} />} keys="Shift+X" onClick={() => void stopWork()}>
              Stop
            </Button>
          ) : (
            <Button onClick={closePreview}>{rows === 0 ? "Close" : "Write nothing"}</Button>
          )}
          {rows > 0 && (
            <Button
              variant="danger"
              keys="Mod+Enter"
              disabledReason={isBusy ? "It is being written." : null}
              onClick={commit}
            >
              {work !== null ? <Writing since={work.since} /> : `Back up and write ${plural(rows, "row")}`}
            </Button>
          )}
        </>
      }
    >
      <pre className={styles.sql}>{sql.trim()}</pre>
      {hasChanged && (
        <p className={styles.warning} role="alert">
          The rows have changed since you looked: nothing was written. This is what it would do now.
        </p>
      )}
      {note !== null && (
        <p className={styles.warning} role="alert">
          {note}
        </p>
      )}
      {preview.counts.length > 0 && (
        <ul className={styles.counts} aria-label="Counts">
          {preview.counts.map(({ table, act, rows: many }) => (
            <li key={`${table} ${act}`} data-act={act}>
              <b>{formatCount(many)}</b> {ACTS[act]} in <code>{table}</code>
            </li>
          ))}
        </ul>
      )}
      {preview.rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
        <section className={styles.rows} aria-label="Rows that would change" tabIndex={0}>
          {preview.rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: one row may change several times
            <Change key={at} row={row} />
          ))}
          {preview.isCut && (
            <p>
              The first {preview.rows.length} of {formatCount(rows)} rows.
            </p>
          )}
        </section>
      )}
    </Dialog>
  );
}

function Writing({ since }: { readonly since: number }) {
  const now = useNow();
  return <>Backing up and writing… {Math.max(0, Math.floor((now - since) / 1_000))} s</>;
}

function Change({ row }: { readonly row: ChangedRow }) {
  const [isWhole, setWhole] = useState(false);
  const names = Object.keys(row.after ?? row.before ?? {});
  const wordsOf = (value: unknown): string => (value === null || value === undefined ? "NULL" : String(value));
  const differs = (name: string): boolean => wordsOf(row.before?.[name]) !== wordsOf(row.after?.[name]);
  const isBoth = row.before !== null && row.after !== null;
  const shown = isBoth && !isWhole ? names.filter(differs) : names.filter((name) => isWhole || isTold(row, name));
  return (
    <article data-act={row.act}>
      <h3>
        <span>{ACTS[row.act]}</span> {row.table} <code>{row.key}</code>
        <button type="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Less" : "Whole row"}
        </button>
      </h3>
      <dl>
        {shown.map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {row.before !== null && <del>{wordsOf(row.before[name])}</del>}
              {row.after !== null && <ins>{wordsOf(row.after[name])}</ins>}
            </dd>
          </div>
        ))}
        {shown.length === 0 && <div className={styles.same}>The same values again.</div>}
      </dl>
    </article>
  );
}

/** Of a row that comes or goes, what is given. */
function isTold({ before, after }: ChangedRow, name: string): boolean {
  const value = (after ?? before)?.[name];
  return value !== null && value !== undefined && value !== "";
}
