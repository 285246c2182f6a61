import { Ban, CircleX, Lock, LockOpen } from "lucide-react";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import type { RunState, StatementResult } from "./run-store";

export interface WayToWrite {
  readonly label: string;
  /** In the write mode what changes rows is no mistake. */
  readonly isOn: boolean;
  readonly run: () => void;
}

interface FailedProps {
  readonly failure: NonNullable<StatementResult["failure"]>;
  readonly line: number;
  readonly wayToWrite: WayToWrite | null;
}

/** A statement that was refused, or that failed. */
export function Failed({ failure, line, wayToWrite }: FailedProps) {
  const way = failure.isRefused ? wayToWrite : null;
  if (way?.isOn) {
    return (
      <EmptyState
        icon={<LockOpen size={20} />}
        title="Only queries are run at once"
        actions={<Button onClick={way.run}>{way.label}</Button>}
      >
        What changes rows is tried and taken back first, and written when you have seen what it does.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={failure.isRefused ? <Lock size={20} /> : <CircleX size={20} />}
      title={failure.isRefused ? "Refused: the explorer only reads" : `The statement in line ${line} failed`}
      actions={way !== null && <Button onClick={way.run}>{way.label}</Button>}
    >
      {failure.message}
    </EmptyState>
  );
}

/** A query of which nothing came. */
export function Ended({ run }: { readonly run: RunState }) {
  const titles: Readonly<Record<string, string>> = {
    late: "Stopped at its limit",
    stopped: "Stopped",
    failed: "The query failed",
  };
  const stopped = "Its process was ended at once, and another one serves what comes next. Nothing was changed.";
  return (
    <EmptyState icon={<Ban size={20} />} title={titles[run.state] ?? "Nothing came of it"}>
      {run.message ?? (run.state === "stopped" ? stopped : "There was no statement in the text.")}
    </EmptyState>
  );
}
