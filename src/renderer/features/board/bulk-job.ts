import { create } from "zustand";
import type { BulkJob } from "../../../shared/control-contract";
import { call, messageOf } from "../../api";
import { formatCount, plural } from "../../ui/format";
import { toast } from "../../ui/toast";

interface JobState {
  /** The act on many tasks that is under way, or was the last one. */
  readonly job: BulkJob | null;
  /** Its report is on screen. */
  readonly isReported: boolean;
}

export const useJob = create<JobState>()(() => ({ job: null, isReported: false }));

const POLL_MS = 250;
let followed: string | null = null;

/** Watches an act on many tasks until it ends, then tells what it did. */
export function followJob(jobId: string): void {
  followed = jobId;
  void poll(jobId);
}

async function poll(jobId: string): Promise<void> {
  if (followed !== jobId) return;
  try {
    const job = await call("bulk.status", { jobId });
    if (followed !== jobId) return;
    useJob.setState({ job });
    if (job.state === "running") setTimeout(() => void poll(jobId), POLL_MS);
    else tell(job);
  } catch (error) {
    toast.error("The act goes on, but its progress cannot be read", { description: messageOf(error) });
  }
}

export async function abortJob(jobId: string): Promise<void> {
  try {
    useJob.setState({ job: await call("bulk.abort", { jobId }) });
  } catch (error) {
    toast.error("Could not stop", { description: messageOf(error) });
  }
}

export function showReport(isReported: boolean): void {
  useJob.setState({ isReported });
}

const DONE: Readonly<Record<string, string>> = {
  "tasks.retry": "queued for retry",
  "tasks.cancel": "cancelled or being stopped",
  "tasks.setPriority": "given another priority",
  "tasks.approve": "approved",
  "tasks.reject": "rejected",
  "tasks.sendBack": "sent back",
};

export function skippedCount({ report }: BulkJob): number {
  return report.skipped.reduce((sum, { count }) => sum + count, 0);
}

export function failedCount({ report }: BulkJob): number {
  return report.failed.reduce((sum, { count }) => sum + count, 0);
}

function tell(job: BulkJob): void {
  const skipped = skippedCount(job);
  const failed = failedCount(job);
  const title = `${plural(job.report.done, "task")} ${DONE[job.act] ?? "changed"}`;
  const rest = [
    ...(job.state === "aborted" ? ["Stopped before the end."] : []),
    ...(skipped > 0 ? [`${formatCount(skipped)} skipped.`] : []),
    ...(failed > 0 ? [`${formatCount(failed)} failed.`] : []),
    ...(job.error === null ? [] : [job.error]),
  ];
  const isBad = failed > 0 || job.state === "failed" || job.state === "interrupted";
  const options = {
    ...(rest.length === 0 ? {} : { description: rest.join(" ") }),
    ...(skipped + failed === 0 ? {} : { action: { label: "Show", run: () => showReport(true) } }),
  };
  if (isBad) toast.error(title, options);
  else toast.success(title, options);
}
