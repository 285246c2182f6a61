import { Cpu, TriangleAlert } from "lucide-react";
import { useEffect, useMemo } from "react";
import { messageOf } from "../../api";
import { goTo } from "../../location";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { lookOf } from "../../ui/looks";
import { WorkerGlyph } from "../../ui/status";
import { countStates } from "./worker-health";
import styles from "./workers.module.css";
import { loadWorkers, startWorkers, useWorkers } from "./workers-store";
import { WorkersTable } from "./workers-table";

/** Who can take tasks, and whether their word and their process agree. */
export function WorkersView() {
  useEffect(startWorkers, []);
  const { workers, status, error, filter, cursor } = useWorkers();
  const states = useMemo(() => countStates(workers), [workers]);
  const shown = useMemo(
    () => (filter === null ? workers : workers.filter((worker) => worker.state === filter)),
    [workers, filter],
  );
  const move = (step: 1 | -1) => {
    const at = shown.findIndex((worker) => worker.id === cursor);
    const next = shown[at === -1 ? 0 : Math.min(shown.length - 1, Math.max(0, at + step))];
    if (next === undefined) return;
    useWorkers.setState({ cursor: next.id });
    document.getElementById(`worker-${next.id}`)?.scrollIntoView({ block: "nearest" });
  };
  useHotkeys({
    group: "Workers",
    hotkeys: [
      {
        keys: ["j", "ArrowDown"],
        label: "Next row",
        hint: { keys: ["j", "k"], label: "Move" },
        run: () => move(1),
      },
      { keys: ["k", "ArrowUp"], label: "Previous row", run: () => move(-1) },
      {
        keys: ["Escape"],
        label: "Show all",
        disabled: filter === null,
        run: () => useWorkers.setState({ filter: null }),
      },
    ],
  });
  return (
    <div className={styles.view}>
      <header className={styles.head}>
        <h1>Workers</h1>
        <fieldset className={styles.filters} aria-label="Show workers by state">
          <FilterButton state={null} count={workers.length} chosen={filter} />
          {states.map(([state, count]) => (
            <FilterButton key={state} state={state} count={count} chosen={filter} />
          ))}
        </fieldset>
      </header>
      <div className={styles.body}>
        {status === "failed" && workers.length === 0 ? (
          <EmptyState
            icon={<TriangleAlert size={20} />}
            title="The workers cannot be shown"
            actions={<Button onClick={() => void loadWorkers()}>Try again</Button>}
          >
            {messageOf(error)}
          </EmptyState>
        ) : status === "ready" && workers.length === 0 ? (
          <EmptyState
            icon={<Cpu size={20} />}
            title="No workers yet"
            actions={<Button onClick={() => goTo({ view: "launch", sample: null })}>Launch a plan</Button>}
          >
            A worker takes tasks that are ready and reports every 5 seconds. This console brings its own when a plan is
            launched; other programs that register in this database appear here too.
          </EmptyState>
        ) : shown.length === 0 && filter !== null ? (
          <EmptyState
            icon={<Cpu size={20} />}
            title={`No worker is ${lookOf("worker", filter).label.toLowerCase()} now`}
            actions={
              <Button keys="Escape" onClick={() => useWorkers.setState({ filter: null })}>
                Show all {formatCount(workers.length)}
              </Button>
            }
          >
            Workers come back into this list as soon as one is.
          </EmptyState>
        ) : (
          <WorkersTable workers={shown} cursor={cursor} />
        )}
      </div>
    </div>
  );
}

interface FilterButtonProps {
  readonly state: string | null;
  readonly count: number;
  readonly chosen: string | null;
}

function FilterButton({ state, count, chosen }: FilterButtonProps) {
  return (
    <button
      type="button"
      className={styles.filter}
      aria-pressed={state === chosen}
      onClick={() => useWorkers.setState({ filter: state })}
    >
      {state !== null && <WorkerGlyph state={state} size={12} />}
      {state === null ? "All" : lookOf("worker", state).label} {formatCount(count)}
    </button>
  );
}
