import { Announcement } from "../../ui/announcement";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { formatCount, plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { StatusGlyph } from "../../ui/status";
import { skippedWords } from "../dialogs/act-store";
import styles from "./bulk.module.css";
import { verbOf } from "./bulk-acts";
import { abortJob, failedCount, showReport, skippedCount, useJob } from "./bulk-job";

/** How far an act on many tasks has got, with what stops it; its report when it is asked for. */
export function BulkProgress() {
  const { job, isReported } = useJob();
  const isStoppable = job?.state === "running" && !job.abortRequested;
  useHotkeys({
    group: "Selection",
    hotkeys: [
      {
        keys: ["Mod+."],
        label: "Stop what is under way",
        disabled: !isStoppable,
        run: () => {
          if (job !== null) void abortJob(job.id);
        },
      },
    ],
  });
  if (job === null) return null;
  const { total, seen, state, abortRequested } = job;
  return (
    <>
      {state === "running" && (
        <div className={styles.progress} role="status" aria-live="off">
          <Announcement
            text={`${verbOf(job.act)}: ${formatCount(seen)}${total === null ? "" : ` of ${formatCount(total)}`}`}
          />
          <StatusGlyph kind="task" state="in_progress" />
          <span className={styles.progressWords}>
            {verbOf(job.act)}: {formatCount(seen)} of {total === null ? "…" : formatCount(total)}
            <progress max={total ?? 1} value={total === null ? 0 : seen} aria-label="Progress" />
          </span>
          <Button
            size="sm"
            variant="ghost"
            keys="Mod+."
            disabledReason={abortRequested ? "It stops after the tasks that it is at." : null}
            onClick={() => void abortJob(job.id)}
          >
            Stop
          </Button>
        </div>
      )}
      <Dialog
        open={isReported}
        onClose={() => showReport(false)}
        title={`${verbOf(job.act)}: ${plural(job.report.done, "task")} done`}
        description={`${formatCount(skippedCount(job))} skipped, ${formatCount(failedCount(job))} failed.`}
        footer={<Button onClick={() => showReport(false)}>Close</Button>}
      >
        <ul className={styles.report} aria-label="What was left alone">
          {job.report.skipped.map((group) => (
            <li key={`${group.reason} ${group.state}`}>
              <StatusGlyph kind="task" state={group.state} named />
              <span>
                {skippedWords(group)}
                <small>{group.examples.map(({ title }) => title).join(", ")}</small>
              </span>
            </li>
          ))}
          {job.report.failed.map(({ message, count }) => (
            <li key={message}>
              <StatusGlyph kind="task" state="failed" named />
              <span>
                {formatCount(count)}: {message}
              </span>
            </li>
          ))}
        </ul>
      </Dialog>
    </>
  );
}
