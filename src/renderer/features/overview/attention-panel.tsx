import { useMemo, useRef, useState } from "react";
import {
  ATTENTION_KINDS,
  type AttentionItem,
  type AttentionKind,
  MOST_OF_A_KIND,
} from "../../../shared/model/overview";
import { goTo, taskPlace } from "../../location";
import { formatDateTime } from "../../time-format";
import { Button } from "../../ui/button";
import { useNow } from "../../ui/clock";
import { EmptyState } from "../../ui/empty-state";
import { formatAge, formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Panel } from "../../ui/panel";
import { Segmented } from "../../ui/segmented";
import { StatusGlyph } from "../../ui/status";
import { useHeldAct } from "../dialogs/held-acts";
import { approveTask, askVerdict, retryTask } from "../dialogs/task-acts";
import { useReadOnlyReason } from "../shell/app-store";
import { ATTENTION_LOOKS, idOf, isCapped, stateOf, whyOf } from "./attention-words";
import styles from "./overview.module.css";
import { useHeld } from "./use-held";

interface ItemAct {
  readonly label: string;
  readonly keys: string;
  readonly run: () => void;
  /** Looking takes no right to change anything. */
  readonly isHarmless?: boolean;
}

function open(item: AttentionItem): void {
  if (item.kind === "worker") goTo({ view: "workers", workerId: item.worker.id });
  else goTo(taskPlace(item.task.planId, item.task.id));
}

/** What can be done about it, the first beside it in the list. */
function actsOf(item: AttentionItem): readonly ItemAct[] {
  const inspect: ItemAct = {
    label: item.kind === "worker" ? "Open" : "Inspect",
    keys: "Enter",
    run: () => open(item),
    isHarmless: true,
  };
  switch (item.kind) {
    case "escalated":
    case "review":
      return [
        { label: "Approve", keys: "Shift+A", run: () => void approveTask(item.task, { ...item, show: inspect.run }) },
        { label: "Reject", keys: "Shift+D", run: () => askVerdict(item.task, "tasks.reject", item) },
      ];
    case "failed":
    case "rework":
      return [{ label: "Retry", keys: "Shift+R", run: () => void retryTask(item.task, { show: inspect.run }) }];
    default:
      return [inspect];
  }
}

/** What wants a person, each with what can be done about it. */
export function AttentionPanel({ items }: { readonly items: readonly AttentionItem[] }) {
  const [kind, setKind] = useState<AttentionKind | null>(null);
  const counts = useMemo(
    () => ATTENTION_KINDS.map((name) => [name, items.filter((item) => item.kind === name).length] as const),
    [items],
  );
  const wanted = kind !== null && items.some((item) => item.kind === kind) ? kind : null;
  const chosen = useMemo(
    () => (wanted === null ? items : items.filter((item) => item.kind === wanted)),
    [items, wanted],
  );
  const { shown, waiting, holders, release } = useHeld(chosen, idOf);
  const list = useRef<HTMLOListElement>(null);
  const readOnly = useReadOnlyReason();
  const [cursor, setCursor] = useState<string | null>(null);
  const at = shown.findIndex(({ item }) => idOf(item) === cursor);
  const current = shown[at];
  const move = (step: 1 | -1): void => {
    const next = at === -1 ? 0 : Math.min(shown.length - 1, Math.max(0, at + step));
    list.current?.querySelectorAll<HTMLElement>("[data-open]")[next]?.focus();
  };
  const keyed = (keys: string): ItemAct | undefined =>
    current === undefined || current.isOver ? undefined : actsOf(current.item).find((act) => act.keys === keys);
  const leave = (): void => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    setCursor(null);
  };
  useHotkeys({
    group: "Needs attention",
    hotkeys: [
      {
        keys: ["j", "ArrowDown"],
        label: "Next",
        hint: { keys: ["j", "k"], label: "Move" },
        disabled: shown.length === 0,
        run: () => move(1),
      },
      { keys: ["k", "ArrowUp"], label: "Previous", disabled: shown.length === 0, run: () => move(-1) },
      {
        keys: ["Shift+R"],
        label: "Retry",
        hint: true,
        disabled: readOnly !== null || keyed("Shift+R") === undefined,
        run: () => keyed("Shift+R")?.run(),
      },
      {
        keys: ["Shift+A"],
        label: "Approve",
        hint: true,
        disabled: readOnly !== null || keyed("Shift+A") === undefined,
        run: () => keyed("Shift+A")?.run(),
      },
      {
        keys: ["Shift+D"],
        label: "Reject",
        hint: true,
        disabled: readOnly !== null || keyed("Shift+D") === undefined,
        run: () => keyed("Shift+D")?.run(),
      },
      { keys: ["Escape"], label: "Leave the list", disabled: cursor === null, run: leave },
    ],
  });
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return (
    <Panel
      title="Needs attention"
      meta={total === 0 ? undefined : `${formatCount(total)}${isCapped(items) ? "+" : ""}`}
      tools={
        total === 0 ? undefined : (
          <Segmented
            label="Show by kind"
            options={[
              { value: null, label: "All" },
              ...counts
                .filter(([, count]) => count > 0)
                .map(([value, count]) => ({ value, label: <KindLabel kind={value} count={count} /> })),
            ]}
            value={wanted}
            onChange={setKind}
          />
        )
      }
      className={styles.attention}
      actions={total === 0 ? undefined : <span className={styles.order}>By urgency, then age</span>}
    >
      {shown.length === 0 ? (
        <div className={styles.allClear} data-tone="completed">
          <EmptyState icon={<StatusGlyph kind="task" state="completed" size={18} />} title="Nothing needs attention">
            No task is escalated, waits for a review, failed today or is stuck, and every worker reports.
          </EmptyState>
        </div>
      ) : (
        <ol ref={list} className={styles.items} aria-label="Needs attention" {...holders}>
          {shown.map(({ item, isOver }) => (
            <Item
              key={idOf(item)}
              item={item}
              isOver={isOver}
              isCurrent={idOf(item) === cursor}
              readOnly={readOnly}
              onFocus={() => setCursor(idOf(item))}
            />
          ))}
          {waiting > 0 && (
            <li className={styles.more}>
              <button type="button" onClick={release}>
                {formatCount(waiting)} more since you are here
              </button>
            </li>
          )}
        </ol>
      )}
    </Panel>
  );
}

function KindLabel({ kind, count }: { readonly kind: AttentionKind; readonly count: number }) {
  return (
    <>
      <StatusGlyph {...ATTENTION_LOOKS[kind]} size={12} />
      {ATTENTION_LOOKS[kind].label} {formatCount(count)}
      {count === MOST_OF_A_KIND && "+"}
    </>
  );
}

const HELD = "It is done in a moment; Undo takes that back.";

interface ItemProps {
  readonly item: AttentionItem;
  /** It needs nobody any more. */
  readonly isOver: boolean;
  readonly isCurrent: boolean;
  readonly readOnly: string | null;
  readonly onFocus: () => void;
}

function Item({ item, isOver, isCurrent, readOnly, onFocus }: ItemProps) {
  const now = useNow();
  const isHeld = useHeldAct(item.kind === "worker" ? "" : item.task.id) !== null;
  const title = item.kind === "worker" ? item.worker.id : item.task.title;
  const under = item.kind === "worker" ? item.worker.role : item.planTitle;
  const why = isOver ? "It needs nobody any more." : isHeld ? HELD : whyOf(item, now);
  const look = isOver ? { kind: "task" as const, state: "completed" } : stateOf(item);
  return (
    <li className={styles.item} data-current={isCurrent || undefined} data-over={isOver || undefined} onFocus={onFocus}>
      <StatusGlyph {...look} named />
      <div className={styles.itemText}>
        <p>
          <button type="button" data-open="" className={styles.itemTitle} onClick={() => open(item)}>
            {title}
          </button>
          {under !== null && <span className={styles.itemPlan}> · {under}</span>}
        </p>
        <p className={styles.why} title={why}>
          {why}
        </p>
      </div>
      <span className={styles.age} title={item.since === null ? undefined : formatDateTime(item.since)}>
        {item.since === null ? "" : formatAge(now - item.since)}
      </span>
      <span className={styles.acts}>
        {!isOver &&
          actsOf(item).map(({ label, keys, run, isHarmless }) => (
            <Button
              key={label}
              size="sm"
              aria-label={`${label} ${title}`}
              disabledReason={isHarmless ? null : (readOnly ?? (isHeld ? HELD : null))}
              {...(isCurrent && !isHarmless ? { keys } : {})}
              onClick={run}
            >
              {label}
            </Button>
          ))}
      </span>
    </li>
  );
}
