import {
  ArrowRightLeft,
  Ban,
  Check,
  ChevronDown,
  Ellipsis,
  Package,
  Pencil,
  RotateCcw,
  ShieldAlert,
  SkipForward,
  SquareStop,
} from "lucide-react";
import type { TaskDetail } from "../../../shared/model/views";
import { taskLink } from "../../../shared/task-link";
import { eventsPlace, goTo } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { useHotkeys } from "../../ui/hotkeys";
import { Menu, MenuChoice, MenuItem, MenuLine } from "../../ui/menu";
import { makeBundle } from "../bundle/bundle-job";
import { useHeldAct } from "../dialogs/held-acts";
import { askVerdict, retryTask, setPriority } from "../dialogs/task-acts";
import { askRerunFrom } from "../plans/plan-acts";
import { useReadOnlyReason } from "../shell/app-store";
import { askCancel, askForce, askRetry } from "./ask-acts";
import { askReassign, reassignBlocker } from "./ask-reassign";
import { copyText } from "./copy";
import { cancelBlocker, editBlocker, priorityBlocker, retryBlocker } from "./task-actions";
import styles from "./task-actions-bar.module.css";
import { showPane } from "./task-store";
import { beginEdit, loadWork } from "./work-store";

const PRIORITIES = [0, 1, 2, 3, 5, 10];

interface TaskActionsProps {
  readonly task: TaskDetail;
  /** Its keys act. Off while something else is selected that the same keys act on. */
  readonly hasKeys: boolean;
}

/** What can be done to a task: always there, and when off it says why. */
export function TaskActions({ task, hasKeys }: TaskActionsProps) {
  const held = useHeldAct(task.id);
  const readOnly = useReadOnlyReason();
  const noCancel = readOnly ?? cancelBlocker(task);
  const noRetry =
    readOnly ??
    retryBlocker(task) ??
    (held?.act === "tasks.retry" ? "It is queued again in a moment; Undo takes that back." : null);
  const noPriority = readOnly ?? priorityBlocker(task);
  const isPlanned = task.planId !== null && task.subtaskId !== null;
  const noRerun = readOnly ?? (isPlanned ? null : "It is in no plan of the console: nothing depends on it.");
  const isUnderReview = ["review_pending", "escalated"].includes(task.status);
  const retry = (): void => void retryTask(task);
  const rerun = (): void => askRerunFrom(task);
  const force = (): void => askForce(task);
  const copyLink = (): void => void copyText(taskLink(task.id), "the link");
  useHotkeys({
    group: "Task",
    hotkeys: [
      {
        keys: ["Shift+X"],
        label: "Cancel the task",
        hint: { keys: ["Shift+X"], label: "Cancel" },
        disabled: !hasKeys || noCancel !== null,
        run: () => askCancel(task),
      },
      {
        keys: ["Shift+R"],
        label: "Retry the task",
        hint: { keys: ["Shift+R"], label: "Retry" },
        disabled: !hasKeys || noRetry !== null,
        run: retry,
      },
      { keys: ["Shift+G"], label: "Retry from here on", disabled: !hasKeys || noRerun !== null, run: rerun },
      { keys: ["Shift+S"], label: "Force a state", disabled: !hasKeys || readOnly !== null, run: force },
      { keys: ["y"], label: "Copy link to the task", disabled: !hasKeys, run: copyLink },
    ],
  });
  return (
    <div className={styles.actions}>
      <Button
        size="sm"
        variant="danger-quiet"
        icon={<Ban size={14} />}
        keys="Shift+X"
        disabledReason={noCancel}
        onClick={() => askCancel(task)}
      >
        Cancel
      </Button>
      <Button size="sm" icon={<RotateCcw size={14} />} keys="Shift+R" disabledReason={noRetry} onClick={retry}>
        Retry
      </Button>
      <Menu
        trigger={
          <Button size="sm" disabledReason={noPriority}>
            Priority {held?.act === "tasks.setPriority" ? held.priority : task.priority} <ChevronDown size={12} />
          </Button>
        }
      >
        {[...new Set([...PRIORITIES, task.priority])]
          .toSorted((a, b) => b - a)
          .map((priority) => (
            <MenuChoice
              key={priority}
              isChosen={priority === task.priority}
              disabledReason={noPriority}
              onSelect={() => {
                if (priority !== task.priority) void setPriority(task, priority);
              }}
            >
              Priority {priority}
            </MenuChoice>
          ))}
      </Menu>
      <Menu
        align="end"
        trigger={
          <IconButton label="More acts" size="sm" className={styles.more}>
            <Ellipsis size={14} />
          </IconButton>
        }
      >
        {isUnderReview && (
          <MenuItem
            icon={<Check size={12} />}
            disabledReason={readOnly}
            onSelect={() => askVerdict(task, "tasks.approve", { blocks: task.dependents.length })}
          >
            Approve with a reason…
          </MenuItem>
        )}
        <MenuItem icon={<RotateCcw size={12} />} disabledReason={noRetry} onSelect={() => askRetry(task)}>
          Retry with a reason…
        </MenuItem>
        <MenuItem icon={<SkipForward size={12} />} hint="Shift G" disabledReason={noRerun} onSelect={rerun}>
          Retry from here on…
        </MenuItem>
        <MenuItem
          icon={<Pencil size={12} />}
          disabledReason={readOnly ?? editBlocker(task)}
          onSelect={() => void editNow(task.id)}
        >
          Edit and retry…
        </MenuItem>
        <MenuItem
          icon={<SquareStop size={12} />}
          disabledReason={noCancel ?? (task.status === "in_progress" ? null : "It does not run.")}
          onSelect={() => askCancel(task, "let_end")}
        >
          Let it end, then stop…
        </MenuItem>
        <MenuItem
          icon={<ArrowRightLeft size={12} />}
          disabledReason={readOnly ?? reassignBlocker(task)}
          onSelect={() => askReassign(task)}
        >
          Reassign…
        </MenuItem>
        <MenuLine />
        <MenuItem icon={<ShieldAlert size={12} />} hint="Shift S" disabledReason={readOnly} onSelect={force}>
          Force a state…
        </MenuItem>
        <MenuLine />
        <MenuItem icon={<Package size={12} />} onSelect={() => void makeBundle("task", task.id)}>
          Make an incident bundle…
        </MenuItem>
        <MenuItem onSelect={() => goTo(eventsPlace(`task:${task.id}`))}>Show it among all events</MenuItem>
        <MenuItem onSelect={() => goTo(eventsPlace(`task:${task.id}`, { log: "audit" }))}>
          Show it in the audit log
        </MenuItem>
        <MenuLine />
        <MenuItem hint="Y" onSelect={copyLink}>
          Copy link
        </MenuItem>
        <MenuItem onSelect={() => void copyText(task.id, "the id")}>Copy id</MenuItem>
        <MenuItem
          disabledReason={task.command === null ? "It runs nothing by itself." : null}
          onSelect={() => void copyText(task.command ?? "", "the command")}
        >
          Copy command
        </MenuItem>
      </Menu>
    </div>
  );
}

async function editNow(taskId: string): Promise<void> {
  showPane("payload");
  await loadWork(taskId);
  beginEdit(taskId);
}
