import { useEffect, useMemo, useState } from "react";
import type { RunWork } from "../../../shared/control-contract";
import type { LogChunk, RunRow, TaskDetail } from "../../../shared/model/views";
import { call, messageOf } from "../../api";
import { Button } from "../../ui/button";
import { cx } from "../../ui/class-names";
import { useNow } from "../../ui/clock";
import { Dialog } from "../../ui/dialog";
import { parseAnsi } from "../../ui/log-viewer/ansi";
import { lookOf } from "../../ui/looks";
import { StatusGlyph } from "../../ui/status";
import { compareRuns, lastLines, ownLines } from "./attempt-differences";
import styles from "./compare-attempts.module.css";

/** The end of a log: what went wrong is mostly there. */
const TAIL_BYTES = 32_768;
const MOST_LINES = 200;

interface CompareAttemptsProps {
  readonly task: TaskDetail;
  /** The one to begin with, beside the latest other one. */
  readonly runId: string;
  readonly onClose: () => void;
}

/** Two attempts of a task side by side: how they ended, how long they took, what they ran, and the end of what they wrote. */
export function CompareAttempts({ task, runId, onClose }: CompareAttemptsProps) {
  const runs = task.runs;
  const [begin] = useState(() => pairOf(runs, runId));
  const [firstId, setFirstId] = useState(begin.first);
  const [secondId, setSecondId] = useState(begin.second);
  const first = runs.find(({ id }) => id === firstId) ?? runs[0];
  const second = runs.find(({ id }) => id === secondId) ?? runs[0];
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Attempts of ${task.title}`}
      description="What differs is bright. Of the logs their last lines are shown."
      width={980}
      footer={
        <Button variant="primary" keys="Escape" onClick={onClose}>
          Close
        </Button>
      }
    >
      {first !== undefined && second !== undefined && (
        <Comparison
          first={first}
          second={second}
          choose={(side, id) => (side === "first" ? setFirstId(id) : setSecondId(id))}
          runs={runs}
        />
      )}
    </Dialog>
  );
}

/** An attempt and the latest other one, the earlier one first. */
function pairOf(runs: readonly RunRow[], runId: string): { readonly first: string; readonly second: string } {
  const pair = [runId, runs.find(({ id }) => id !== runId)?.id ?? runId];
  const [first = runId, second = runId] = runs
    .map(({ id }) => id)
    .filter((id) => pair.includes(id))
    .reverse();
  return { first, second };
}

interface ComparisonProps {
  readonly first: RunRow;
  readonly second: RunRow;
  readonly runs: readonly RunRow[];
  readonly choose: (side: "first" | "second", runId: string) => void;
}

function Comparison({ first, second, runs, choose }: ComparisonProps) {
  const now = useNow();
  const [left, right] = [useSide(first), useSide(second)];
  const logs = useMemo(() => [linesOf(left.log), linesOf(right.log)] as const, [left.log, right.log]);
  const own = useMemo(() => [ownLines(logs[0], logs[1]), ownLines(logs[1], logs[0])] as const, [logs]);
  const isSameWork = left.work !== null && right.work !== null && workText(left.work) === workText(right.work);
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">What</span>
          </th>
          {(["first", "second"] as const).map((side) => {
            const shown = side === "first" ? first : second;
            return (
              <th key={side} scope="col">
                <StatusGlyph kind="run" state={shown.status} />
                <select
                  aria-label={side === "first" ? "Left attempt" : "Right attempt"}
                  value={shown.id}
                  onChange={(event) => choose(side, event.target.value)}
                >
                  {runs.map(({ id, number, status }) => (
                    <option key={id} value={id}>
                      Attempt {number}, {lookOf("run", status).label.toLowerCase()}
                    </option>
                  ))}
                </select>
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {compareRuns(first, second, now).map(({ label, first: one, second: other, isSame }) => (
          <tr key={label} data-same={isSame || undefined}>
            <th scope="row">{label}</th>
            <td>{one}</td>
            <td>{other}</td>
          </tr>
        ))}
        <tr data-same={isSameWork || undefined}>
          <th scope="row">Ran</th>
          <td>
            <Work work={left.work} />
          </td>
          <td>{isSameWork ? "the same" : <Work work={right.work} />}</td>
        </tr>
        <tr>
          <th scope="row">Log</th>
          {[left, right].map((side, at) => (
            <td key={at === 0 ? "first" : "second"}>
              <Tail
                label={`End of the log of attempt ${at === 0 ? first.number : second.number}`}
                side={side}
                lines={logs[at === 0 ? 0 : 1]}
                own={own[at === 0 ? 0 : 1]}
              />
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  );
}

interface Side {
  readonly work: RunWork | null;
  /** Null: none, or not read yet. */
  readonly log: LogChunk | null;
  readonly error: string | null;
  readonly isRead: boolean;
}

const UNREAD: Side = { work: null, log: null, error: null, isRead: false };

/** What an attempt ran and the end of what it wrote, as of when it was chosen. */
function useSide({ id, hasLog }: RunRow): Side {
  const [side, setSide] = useState<Side>(UNREAD);
  useEffect(() => {
    let gone = false;
    setSide(UNREAD);
    const read = async (): Promise<void> => {
      try {
        const [work, log] = await Promise.all([
          call("runs.work", { runId: id }),
          hasLog ? call("runs.readLog", { runId: id, maxBytes: TAIL_BYTES }) : null,
        ]);
        if (!gone) setSide({ work, log, error: null, isRead: true });
      } catch (failure) {
        if (!gone) setSide({ ...UNREAD, error: messageOf(failure), isRead: true });
      }
    };
    void read();
    return () => {
      gone = true;
    };
  }, [id, hasLog]);
  return side;
}

const plain = (line: string): string =>
  parseAnsi(line)
    .map(({ text }) => text)
    .join("");
const linesOf = (log: LogChunk | null): readonly string[] =>
  log === null ? [] : lastLines(log.text, log.from > 0, MOST_LINES).map(plain);
const workText = ({ command, spec }: RunWork): string => command ?? JSON.stringify(spec);

function Work({ work }: { readonly work: RunWork | null }) {
  if (work === null) return null;
  return work.command === null && work.spec === null ? (
    "nothing that is known"
  ) : (
    <code className={styles.work}>{workText(work)}</code>
  );
}

interface TailProps {
  readonly label: string;
  readonly side: Side;
  readonly lines: readonly string[];
  /** Which of them the other log does not have. */
  readonly own: readonly boolean[];
}

function Tail({ label, side, lines, own }: TailProps) {
  if (side.error !== null) {
    return (
      <p className={styles.none} role="alert">
        {side.error}
      </p>
    );
  }
  if (!side.isRead) return <p className={styles.none}>Reading…</p>;
  if (lines.length === 0) return <p className={styles.none}>It wrote nothing.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard
    <section className={styles.tail} tabIndex={0} aria-label={label}>
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other name and do not move
        <div key={at} className={cx(own[at] === true && styles.own)}>
          {line === "" ? " " : line}
        </div>
      ))}
    </section>
  );
}
