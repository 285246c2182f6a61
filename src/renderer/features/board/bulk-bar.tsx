import { Ban, ChevronDown, RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import type { TaskChange } from "../../../shared/model/task-change";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { call } from "../../api";
import { Button } from "../../ui/button";
import { formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Menu, MenuItem, MenuLine } from "../../ui/menu";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./bulk.module.css";
import { askMany } from "./bulk-acts";
import { ExportMenu } from "./export-menu";
import { clearSelection, selectAllMatching, selectedFilter, useSelection } from "./selection";

interface BulkBarProps {
  readonly filter: TaskFilter;
  /** All that match; null: not counted yet. */
  readonly matching: number | null;
  readonly isPartial: boolean;
}

const RETRY: TaskChange = { act: "tasks.retry" };
const CANCEL: TaskChange = { act: "tasks.cancel", mode: "kill" };
const PRIORITIES = [1, 2, 3, 5, 10];
/** Asking anew while the selection grows by the key would ask for nothing. */
const ASK_MS = 150;

/** How many of the tasks that are meant an act would touch; null: not known yet. */
function useEligible(change: TaskChange, meant: TaskFilter | null): number | null {
  const [count, setCount] = useState<number | null>(null);
  const key = meant === null ? null : JSON.stringify(meant);
  useEffect(() => {
    setCount(null);
    if (key === null) return;
    let gone = false;
    const ask = async (): Promise<void> => {
      try {
        const filter: TaskFilter = JSON.parse(key);
        const preview = await call("acts.preview", { of: { act: "tasks", change, filter }, limit: 0 });
        if (!gone) setCount(preview.count);
      } catch {
        // The act's own dialog tells why.
        if (!gone) setCount(null);
      }
    };
    const timer = setTimeout(() => void ask(), ASK_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [key, change]);
  return count;
}

function noneReason(count: number | null, what: string): string | null {
  return count === 0 ? `None of the selected tasks can be ${what}.` : null;
}

/** What can be done to the selected tasks, with how many of them each act would touch. */
export function BulkBar({ filter, matching, isPartial }: BulkBarProps) {
  const selection = useSelection();
  const meant = selectedFilter(selection, filter);
  const readOnly = useReadOnlyReason();
  const retryable = useEligible(RETRY, meant);
  const cancellable = useEligible(CANCEL, meant);
  const noRetry = readOnly ?? noneReason(retryable, "retried");
  const noCancel = readOnly ?? noneReason(cancellable, "cancelled");
  const ask = (change: TaskChange): void => {
    if (meant !== null) askMany(change, meant, clearSelection);
  };
  useHotkeys({
    group: "Selection",
    hotkeys: [
      {
        keys: ["Shift+r"],
        label: "Retry the selected",
        disabled: meant === null || noRetry !== null,
        run: () => ask(RETRY),
      },
      {
        keys: ["Shift+x"],
        label: "Cancel the selected",
        disabled: meant === null || noCancel !== null,
        run: () => ask(CANCEL),
      },
      { keys: ["Mod+Shift+a"], label: "Select all that match", disabled: matching === 0, run: selectAllMatching },
    ],
  });
  if (meant === null) return null;
  const { isAll, ids } = selection;
  const words = matching === null ? "all that match" : `all ${formatCount(matching)}${isPartial ? "+" : ""} matching`;
  const eligible = (count: number | null): string => (count === null ? "" : ` ${formatCount(count)}`);
  return (
    <div className={styles.bar} role="toolbar" aria-label="Selected tasks">
      <span className={styles.count} role="status">
        {isAll ? `${words[0]?.toUpperCase()}${words.slice(1)}` : `${formatCount(ids.size)} selected`}
      </span>
      {!isAll && (
        <button type="button" className={styles.all} onClick={selectAllMatching}>
          Select {words}
        </button>
      )}
      <i className={styles.line} />
      <Button
        size="sm"
        icon={<RotateCcw size={12} />}
        keys="Shift+R"
        disabledReason={noRetry}
        onClick={() => ask(RETRY)}
      >
        Retry{eligible(retryable)}
        {retryable !== null && " eligible"}
      </Button>
      <Button
        size="sm"
        variant="danger-quiet"
        icon={<Ban size={12} />}
        keys="Shift+X"
        disabledReason={noCancel}
        onClick={() => ask(CANCEL)}
      >
        Cancel{eligible(cancellable)}…
      </Button>
      <Menu
        trigger={
          <Button size="sm" disabledReason={readOnly}>
            Priority <ChevronDown size={12} />
          </Button>
        }
      >
        {PRIORITIES.map((priority) => (
          <MenuItem
            key={priority}
            disabledReason={readOnly}
            onSelect={() => ask({ act: "tasks.setPriority", priority })}
          >
            Priority {priority}
          </MenuItem>
        ))}
      </Menu>
      <Menu
        trigger={
          <Button size="sm" disabledReason={readOnly}>
            Review <ChevronDown size={12} />
          </Button>
        }
      >
        <MenuItem disabledReason={readOnly} onSelect={() => ask({ act: "tasks.approve" })}>
          Approve…
        </MenuItem>
        <MenuItem disabledReason={readOnly} onSelect={() => ask({ act: "tasks.sendBack" })}>
          Send back…
        </MenuItem>
        <MenuLine />
        <MenuItem disabledReason={readOnly} onSelect={() => ask({ act: "tasks.reject" })}>
          Reject…
        </MenuItem>
      </Menu>
      <ExportMenu filter={meant} order={null} label="Export the selected" count={isAll ? matching : ids.size} />
      <i className={styles.line} />
      <Button size="sm" variant="ghost" keys="Escape" onClick={clearSelection}>
        Clear
      </Button>
    </div>
  );
}
