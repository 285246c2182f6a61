import { useEffect } from "react";
import type { WorkerRow } from "../../../shared/model/views";
import { formatPlace } from "../../location";
import { useNow } from "../../ui/clock";
import { formatAge, formatCount } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { Panel } from "../../ui/panel";
import { WorkerGlyph } from "../../ui/status";
import { useApp } from "../shell/app-store";
import { startPresent, usePresent } from "../workers/present-store";
import { freshness, orderStates } from "../workers/worker-health";
import styles from "./overview.module.css";

const MOST_SLOTS_DRAWN = 24;
const WORKERS = formatPlace({ view: "workers" });

/** Who works, on what, and when each was last heard of. */
export function WorkerStrip() {
  useEffect(startPresent, []);
  const { workers: shown, counts } = usePresent();
  const states = counts?.states ?? {};
  const more = (counts?.total ?? 0) - (states.offline ?? 0) - shown.length;
  return (
    <Panel
      title="Workers"
      meta={
        <span className={styles.workerStates}>
          {formatCount(counts?.total ?? 0)} registered
          {orderStates(states).map(([state, count]) => (
            <span key={state} data-tone={lookOf("worker", state).tone}>
              <i /> {formatCount(count)} {lookOf("worker", state).label.toLowerCase()}
            </span>
          ))}
        </span>
      }
      className={styles.workers}
      actions={
        <>
          <Slots />
          <a href={WORKERS}>All workers</a>
        </>
      }
    >
      {shown.length === 0 ? (
        <p className={styles.quiet}>
          No worker is at work. This console brings its own when a plan is launched; others appear when they register.
        </p>
      ) : (
        <ul className={styles.strip} aria-label="Workers">
          {shown.map((worker) => (
            <WorkerCell key={worker.id} worker={worker} />
          ))}
        </ul>
      )}
      {more > 0 && (
        <a className={styles.moreWorkers} href={WORKERS}>
          {formatCount(more)} more
        </a>
      )}
    </Panel>
  );
}

/** One lamp for each slot of this console: lit while a task runs in it. */
function Slots() {
  const runner = useApp((state) => state.runner);
  if (runner === null) return null;
  const drawn = Math.min(runner.slots, MOST_SLOTS_DRAWN);
  return (
    <span className={styles.slots} title="Tasks that this console runs, of the slots that it has">
      Local pool
      <span className={styles.lamps} aria-hidden="true">
        {Array.from({ length: drawn }, (_, slot) => slot).map((slot) => (
          <i key={slot} data-lit={slot < runner.busySlots || undefined} />
        ))}
      </span>
      <b>
        {formatCount(runner.busySlots)} / {formatCount(runner.slots)}
      </b>
    </span>
  );
}

function WorkerCell({ worker }: { readonly worker: WorkerRow }) {
  const now = useNow();
  const { state, lastHeartbeat, currentTaskTitle } = worker;
  const age = lastHeartbeat === null ? null : now - lastHeartbeat;
  const { left, tone } = freshness(age);
  const isWell = state === "busy" || state === "idle";
  const word = state === "dead" || state === "zombie" ? "Process gone" : lookOf("worker", state).label;
  return (
    <li>
      <a
        href={formatPlace({ view: "workers", workerId: worker.id })}
        className={styles.worker}
        data-tone={lookOf("worker", state).tone}
        title={worker.id}
      >
        <span className={styles.light} data-lit={state === "busy" || undefined}>
          <WorkerGlyph state={state} size={16} />
        </span>
        <span className={styles.workerText}>
          <span className="mono">{worker.id}</span>
          <span data-unwell={!isWell || undefined}>{isWell ? (currentTaskTitle ?? "Idle") : word}</span>
        </span>
        <span className={styles.heard}>{age === null ? "never" : formatAge(age)}</span>
        <span className={styles.meter} data-tone={isWell ? tone : lookOf("worker", state).tone}>
          <i style={{ width: `${(isWell ? left : 1) * 100}%` }} />
        </span>
      </a>
    </li>
  );
}
