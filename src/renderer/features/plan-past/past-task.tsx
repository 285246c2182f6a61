import { X } from "lucide-react";
import { useMemo } from "react";
import { ABSENT } from "../../../shared/model/plan-past";
import { formatPlace, planPlace } from "../../location";
import { IconButton } from "../../ui/button";
import { ClockTime, Elapsed } from "../../ui/relative-time";
import { StatusBadge, StatusGlyph } from "../../ui/status";
import { stateOfEvent } from "../plan-events/event-words";
import styles from "./past.module.css";
import type { PastMoment } from "./past-facts";
import type { LoadedPast } from "./past-store";

interface PastTaskProps {
  readonly loaded: LoadedPast;
  readonly moment: PastMoment;
  readonly taskId: string;
  readonly onMove: (at: number) => void;
  readonly onClose: () => void;
}

/** One task as it stood, and what had been told of it by then. What came later is there, faint, to be gone to. */
export function PastTask({ loaded, moment, taskId, onMove, onClose }: PastTaskProps) {
  const { history, graph, plan } = loaded;
  const place = history.ids.indexOf(taskId);
  const node = graph.ids.indexOf(taskId);
  const told = useMemo(
    () =>
      history.steps.place.flatMap((one, step) => (one === place ? [{ step, at: history.steps.at[step] ?? 0 }] : [])),
    [history, place],
  );
  const state = moment.states[place] ?? ABSENT;
  const startedAt = moment.tasks.startedAt[place] ?? 0;
  const finishedAt = moment.tasks.finishedAt[place] ?? 0;
  const runs = state === "in_progress" || state === "stopping";
  return (
    <section className={styles.task} aria-label="Task, as it was">
      <header>
        <StatusGlyph kind="task" state={state} size={16} />
        <h2 title={graph.titles[node]}>{graph.titles[node] ?? taskId}</h2>
        <StatusBadge kind="task" state={state} />
        <IconButton label="Close" keys="Escape" size="sm" onClick={onClose}>
          <X size={14} />
        </IconButton>
      </header>
      <dl>
        <div>
          <dt>Attempts</dt>
          <dd>{moment.tasks.attempts[place] ?? 0}</dd>
        </div>
        <div>
          <dt>Worker</dt>
          <dd className="mono">{history.workers[moment.tasks.worker[place] ?? -1] ?? "none yet"}</dd>
        </div>
        {startedAt > 0 && (
          <div>
            <dt>{runs ? "Running for" : finishedAt > 0 ? "Ran for" : "Last begun"}</dt>
            <dd>
              {(runs || finishedAt > 0) && (
                <>
                  <Elapsed from={startedAt} to={finishedAt > 0 ? finishedAt : moment.at} /> from{" "}
                </>
              )}
              <ClockTime at={startedAt} />
            </dd>
          </div>
        )}
      </dl>
      <p>
        <a href={formatPlace(planPlace(plan.id, taskId))}>Show it as it is now</a>
      </p>
      <h3>What was told of it</h3>
      <ol aria-label="What was told of it">
        {told.map(({ step, at }) => {
          const type = history.types[history.steps.type[step] ?? -1] ?? "";
          return (
            <li key={step}>
              <button
                type="button"
                data-later={at > moment.at || undefined}
                aria-current={at === moment.at || undefined}
                onClick={() => onMove(at)}
              >
                <ClockTime at={at} />
                <StatusGlyph kind="task" state={stateOfEvent(type)} size={12} />
                <span className="mono">{type}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
