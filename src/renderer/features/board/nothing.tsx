import { FlaskConical, Funnel, ListChecks, Play, X } from "lucide-react";
import { useEffect, useState } from "react";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { formatFilterText } from "../../../shared/model/task-filter-text";
import { call } from "../../api";
import { goTo } from "../../location";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { formatCount, plural } from "../../ui/format";
import { StatusGlyph } from "../../ui/status";
import { HelpLink } from "../guide/help-link";
import { useReadOnlyReason } from "../shell/app-store";
import { totalOf } from "./counts";
import chip from "./filter-bar.module.css";
import { chipsOf, withoutPart } from "./filter-words";
import { usePlanNames } from "./plan-names";
import styles from "./tasks-view.module.css";

/** Nothing yet: how to begin. */
export function NoTasks() {
  const readOnly = useReadOnlyReason();
  return (
    <EmptyState
      icon={<ListChecks size={20} />}
      title="No tasks yet"
      actions={
        <>
          <Button
            variant="primary"
            icon={<Play size={12} />}
            keys="N"
            disabledReason={readOnly}
            onClick={() => goTo({ view: "launch", sample: null })}
          >
            Launch plan
          </Button>
          <Button icon={<FlaskConical size={12} />} onClick={() => goTo({ view: "launch", sample: null })}>
            Open a sample
          </Button>
          <HelpLink to="tasks">How tasks are found</HelpLink>
        </>
      }
    >
      Tasks come with the plans that you launch, and from every program that writes into this database.
    </EmptyState>
  );
}

interface NoMatchProps {
  readonly filter: TaskFilter;
  readonly total: number;
  readonly onFilter: (query: string) => void;
}

/** Nothing matches: which part of the filter to let go of. */
export function NoMatch({ filter, total, onFilter }: NoMatchProps) {
  const titles = usePlanNames((state) => state.titles);
  const chips = chipsOf(filter, titles);
  return (
    <EmptyState
      icon={<Funnel size={20} />}
      title={`No tasks match ${plural(chips.length, "filter")}`}
      actions={
        <>
          <ul className={styles.relax} aria-label="Let go of one filter">
            {chips.map(({ key, field, isNot, label, operator, value, state }) => {
              const rest = withoutPart(filter, { field, isNot });
              return (
                <li key={key}>
                  <span className={chip.chip}>
                    <span className={chip.key}>{label}</span>
                    <span className={chip.operator}>{operator}</span>
                    <span className={chip.value}>
                      {state !== null && <StatusGlyph kind="task" state={state} size={12} />}
                      {value}
                    </span>
                  </span>
                  <span>without it</span>
                  <Without filter={rest} />
                  <button
                    type="button"
                    aria-label={`Remove: ${label} ${operator} ${value}`}
                    onClick={() => onFilter(formatFilterText(rest))}
                  >
                    <X size={12} />
                  </button>
                </li>
              );
            })}
          </ul>
          <Button keys="Shift+F" onClick={() => onFilter("")}>
            Clear all filters
          </Button>
        </>
      }
    >
      {plural(total, "task")} in this database.
    </EmptyState>
  );
}

/** How many match without one part: as many as a first look finds. */
function Without({ filter }: { readonly filter: TaskFilter }) {
  const [words, setWords] = useState("…");
  const key = JSON.stringify(filter);
  useEffect(() => {
    let gone = false;
    const ask = async (): Promise<void> => {
      try {
        const wanted: TaskFilter = JSON.parse(key);
        const { counts, next } = await call("tasks.count", { filter: wanted });
        if (!gone) setWords(`${formatCount(totalOf(counts) ?? 0)}${next === null ? "" : "+"}`);
      } catch {
        if (!gone) setWords("?");
      }
    };
    void ask();
    return () => {
      gone = true;
    };
  }, [key]);
  return <b>{words}</b>;
}
