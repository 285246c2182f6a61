import { TriangleAlert } from "lucide-react";
import { formatCount, plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import styles from "./past.module.css";
import type { LoadedPast } from "./past-store";

const word = (state: string | null): string => (state === null ? "nothing" : lookOf("task", state).label.toLowerCase());

/** What of the past cannot be trusted, and why. */
export function PastNotes({ loaded }: { readonly loaded: LoadedPast }) {
  const { check, history } = loaded;
  const gaps = check?.gaps ?? [];
  if (gaps.length === 0 && !history.isCut && history.strangers === 0) return null;
  return (
    <div className={styles.notes} role="status">
      <TriangleAlert size={13} aria-hidden="true" />
      <div>
        {gaps.length > 0 && (
          <details>
            <summary>
              <b>The history is incomplete.</b> What was told of {plural(check?.gapCount ?? 0, "task")} does not lead to
              where {check?.gapCount === 1 ? "it stands" : "they stand"} now: another program changed them without
              telling, or its events were deleted. What is shown of them may be wrong.
            </summary>
            <ul>
              {gaps.map(({ taskId, title, told, is }) => (
                <li key={taskId}>
                  <b>{title}</b>: told {word(told)}, is {word(is)}
                </li>
              ))}
              {(check?.gapCount ?? 0) > gaps.length && (
                <li>and {formatCount((check?.gapCount ?? 0) - gaps.length)} more</li>
              )}
            </ul>
          </details>
        )}
        {history.isCut && <p>It is too long to be told whole: its beginning is shown, and not the present.</p>}
        {history.strangers > 0 && (
          <p>{plural(history.strangers, "event")} of tasks that the plan does not have any more are left out.</p>
        )}
      </div>
    </div>
  );
}
