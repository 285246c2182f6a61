import { GitCompareArrows, ListChecks } from "lucide-react";
import { useState } from "react";
import { type Difference, differencesOf, type MigrationStatus } from "../../../shared/model/unified-migration";
import { formatPlace, taskPlace } from "../../location";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { MoreFailed } from "../../ui/failure";
import { formatCount, plural } from "../../ui/format";
import { PageBody } from "../../ui/page";
import { StatusLabel } from "../../ui/status";
import styles from "./differences.module.css";
import { checkNow, readMoreDifferences, useMigration } from "./migration-store";

const KINDS = {
  missing: { state: "failed", word: "Missing", what: "There is no unified row." },
  differs: { state: "escalated", word: "Differs", what: "" },
  extra: { state: "cancelled", word: "Extra", what: "A copy whose task is no more." },
} as const;

/** Each row that is not what the legacy tables ask for, column by column. */
export function DifferencesTab({ status }: { readonly status: MigrationStatus }) {
  const { report, differences, next, isChecking, isReadingMore, checkError } = useMigration();
  const isCompared = isChecking || status.checking !== null;
  if (status.phase === "none") {
    return (
      <PageBody>
        <EmptyState icon={<GitCompareArrows size={20} />} title="Nothing to compare yet">
          The unified tables are not there. The road begins with making them.
        </EmptyState>
      </PageBody>
    );
  }
  if (report === null) {
    const known = status.parity === null ? null : differencesOf(status.parity);
    return (
      <PageBody>
        <EmptyState
          icon={<GitCompareArrows size={20} />}
          title={
            known === null ? "The schemas were never compared" : `${plural(known, "difference")} at the last check`
          }
          actions={
            <Button
              icon={<GitCompareArrows size={14} />}
              disabledReason={isCompared ? "They are being compared." : null}
              onClick={() => void checkNow()}
            >
              Compare now
            </Button>
          }
        >
          {isCompared && status.checking !== null
            ? `${formatCount(status.checking.checked)} tasks compared`
            : "Comparing reads both schemas, shows each row that differs, and changes nothing."}
        </EmptyState>
      </PageBody>
    );
  }
  if (differences.length === 0) {
    return (
      <PageBody>
        <EmptyState icon={<ListChecks size={20} />} title="No difference">
          {plural(report.checked, "task")} compared: each unified row is what its legacy rows ask for
          {report.own > 0 && `; ${plural(report.own, "task")} made in the unified schema itself`}.
        </EmptyState>
      </PageBody>
    );
  }
  return (
    <PageBody className={styles.body}>
      <p className={styles.summary}>
        {plural(differencesOf(report), "difference")} among {plural(report.checked, "task")}:{" "}
        {formatCount(report.missing)} missing, {formatCount(report.differing)} differing, {formatCount(report.extra)}{" "}
        extra. A backfill puts them right.
      </p>
      <div className={styles.scroller}>
        <table className={styles.table}>
          <colgroup>
            <col style={{ width: 108 }} />
            <col style={{ width: "24%" }} />
            <col style={{ width: "26%" }} />
            <col />
          </colgroup>
          <thead>
            <tr>
              <th scope="col">Difference</th>
              <th scope="col">Table</th>
              <th scope="col">Task</th>
              <th scope="col">What</th>
            </tr>
          </thead>
          <tbody>
            {differences.map((difference) => (
              <Row key={`${difference.table} ${difference.id}`} difference={difference} />
            ))}
          </tbody>
        </table>
        {next !== null && (
          <div className={styles.more}>
            <Button
              size="sm"
              disabledReason={isReadingMore ? "They are being read." : null}
              onClick={() => void readMoreDifferences()}
            >
              Show more differences
            </Button>
          </div>
        )}
        {checkError !== null && (
          <MoreFailed what="Differences" error={checkError} onRetry={() => void readMoreDifferences()} />
        )}
      </div>
    </PageBody>
  );
}

function Row({ difference: { kind, table, id, fields } }: { readonly difference: Difference }) {
  const { state, word, what } = KINDS[kind];
  return (
    <tr>
      <td>
        <StatusLabel kind="task" state={state}>
          {word}
        </StatusLabel>
      </td>
      <td className="mono">{table}</td>
      <td>
        <a className="mono" href={formatPlace(taskPlace(null, id))} title={id}>
          {id}
        </a>
      </td>
      <td>
        {fields.length === 0 ? (
          <span className={styles.under}>{what}</span>
        ) : (
          <ul className={styles.fields}>
            {fields.map(({ column, expected, found }) => (
              <li key={column}>
                <span className="mono">{column}</span>
                <Value text={found} /> <small>instead of</small> <Value text={expected} />
              </li>
            ))}
          </ul>
        )}
      </td>
    </tr>
  );
}

const SHORT = 60;

/** A long value is cut, and shown in full when it is asked for. */
function Value({ text: given }: { readonly text: string | number | null }) {
  const [isOpen, setIsOpen] = useState(false);
  if (given === null) return <em>nothing</em>;
  const text = given === "" ? "empty" : String(given);
  if (text.length <= SHORT) return <code>{text}</code>;
  return (
    <button type="button" className={styles.value} aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
      {isOpen ? text : `${text.slice(0, SHORT)}…`}
    </button>
  );
}
