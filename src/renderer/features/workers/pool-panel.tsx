import { Minus, Pause, Play, Plus } from "lucide-react";
import { useEffect, useState } from "react";
import type { PoolSlot, WorkerPool } from "../../../shared/model/workers";
import { formatPlace, taskPlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { cx } from "../../ui/class-names";
import { formatCount, plural } from "../../ui/format";
import { Panel } from "../../ui/panel";
import { Elapsed } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import { useApp } from "../shell/app-store";
import { askDrain, askSlots } from "./worker-acts";
import { poolWords } from "./worker-health";
import styles from "./workers.module.css";
import { useWorkers } from "./workers-store";

const MOST_SLOTS = 1_000;

/** The slots of the console that starts the tasks, what they do, and how many there are. */
export function PoolPanel({ readOnly }: { readonly readOnly: string | null }) {
  const pool = useWorkers((state) => state.pool);
  if (pool === null) return null;
  return (
    <div className={styles.bottom}>
      <LocalPool pool={pool} readOnly={readOnly} />
      <Groups pool={pool} />
    </div>
  );
}

interface PoolProps {
  readonly pool: WorkerPool;
  readonly readOnly: string | null;
}

function LocalPool({ pool, readOnly }: PoolProps) {
  const runner = useApp((state) => state.runner);
  const own = pool.workers.filter(({ slot }) => pool.slots !== null && slot <= pool.slots);
  const drained = own.filter(({ worker }) => worker.drained).map(({ worker }) => worker.id);
  const open = own.filter(({ worker }) => !worker.drained).map(({ worker }) => worker.id);
  const where =
    runner === null || runner.dispatching || runner.dispatcher === null
      ? "runs tasks on this computer"
      : `of ${runner.dispatcher.program}, process ${runner.dispatcher.pid} on ${runner.dispatcher.host}`;
  const why = poolWords(pool);
  return (
    <Panel
      title="Local pool"
      meta={where}
      className={styles.pool}
      actions={
        <>
          {drained.length > 0 && (
            <Button
              size="sm"
              icon={<Play size={12} />}
              disabledReason={readOnly}
              onClick={() => askDrain(drained, false, "the local pool")}
            >
              Start
            </Button>
          )}
          {open.length > 0 && (
            <Button
              size="sm"
              icon={<Pause size={12} />}
              disabledReason={readOnly}
              onClick={() => askDrain(open, true, "the local pool")}
            >
              Drain
            </Button>
          )}
        </>
      }
    >
      <div className={styles.poolBody}>
        <SlotsControl pool={pool} readOnly={readOnly} />
        <div className={styles.slots}>
          {why !== null && (
            <p className={styles.why} role="status">
              {why}
            </p>
          )}
          <ol className={styles.slotGrid} aria-label="Slots">
            {pool.workers.map((slot) => (
              <Slot key={slot.worker.id} {...slot} isLeaving={pool.slots !== null && slot.slot > pool.slots} />
            ))}
          </ol>
        </div>
      </div>
    </Panel>
  );
}

function SlotsControl({ pool, readOnly }: PoolProps) {
  const [wanted, setWanted] = useState(pool.slots);
  useEffect(() => setWanted(pool.slots), [pool.slots]);
  const busy = pool.workers.filter(({ worker }) => worker.currentTaskId !== null).length;
  const { cores, load } = pool.machine;
  const set = (next: number): void => setWanted(Math.min(MOST_SLOTS, Math.max(1, next)));
  const count = wanted ?? 1;
  const isChanged = pool.slots !== null && wanted !== null && wanted !== pool.slots;
  return (
    <div className={styles.control}>
      <div className={styles.stepper}>
        <IconButton label="One slot less" disabledReason={readOnly} onClick={() => set(count - 1)}>
          <Minus size={14} />
        </IconButton>
        <output aria-label="Slots wanted">{wanted === null ? "–" : formatCount(wanted)}</output>
        <IconButton label="One slot more" disabledReason={readOnly} onClick={() => set(count + 1)}>
          <Plus size={14} />
        </IconButton>
      </div>
      {isChanged ? (
        <span className={styles.apply}>
          <Button size="sm" onClick={() => askSlots(pool, count, () => undefined)}>
            Set to {formatCount(count)}…
          </Button>
          <Button size="sm" variant="ghost" onClick={() => setWanted(pool.slots)}>
            Keep {formatCount(pool.slots ?? 0)}
          </Button>
        </span>
      ) : (
        <p className={styles.machine}>
          {plural(pool.slots ?? 0, "slot")}, {formatCount(busy)} in use
          <br />
          {plural(cores, "core")}
          {load !== null && `, load ${load.toFixed(1)}`}
        </p>
      )}
    </div>
  );
}

function Slot({ slot, worker, isLeaving }: PoolSlot & { readonly isLeaving: boolean }) {
  const { currentTaskId, currentTaskTitle, currentPlanId, currentAgent, currentStartedAt, drained } = worker;
  if (currentTaskId === null) {
    return (
      <li className={cx(styles.slot, styles.free)}>
        <i>{slot}</i>
        <span>{drained ? "Drained" : "Free"}</span>
      </li>
    );
  }
  return (
    <li className={styles.slot} data-tone="running">
      <i>{slot}</i>
      <StatusGlyph kind="task" state="in_progress" size={12} />
      <span className={styles.two}>
        <a href={formatPlace(taskPlace(currentPlanId, currentTaskId))} title={currentTaskTitle ?? currentTaskId}>
          {currentTaskTitle ?? currentTaskId}
        </a>
        <span className="mono">
          {currentAgent ?? "task"}
          {drained ? ", then drained" : isLeaving ? ", then goes" : ""}
        </span>
      </span>
      {currentStartedAt !== null && (
        <span className={styles.figure}>
          <Elapsed from={currentStartedAt} to={null} />
        </span>
      )}
    </li>
  );
}

const MOST_LAMPS = 8;

function Groups({ pool }: { readonly pool: WorkerPool }) {
  const roles = useWorkers((state) => state.counts?.roles);
  const { groups } = pool;
  if (groups.length === 0) {
    return (
      <Panel title="Roles" meta="live / registered" className={styles.groups}>
        <ul className={styles.roles}>
          {(roles ?? []).map(({ role, live, total }) => (
            <li key={role}>
              <span title={role}>{role}</span>
              <b>
                {formatCount(live)} / {formatCount(total)}
              </b>
            </li>
          ))}
        </ul>
      </Panel>
    );
  }
  return (
    <Panel title="Group limits" meta="used / most" className={styles.groups}>
      <ul className={styles.roles}>
        {groups.map(({ name, capacity, running, waiting }) => (
          <li key={name}>
            <span title={name}>{name}</span>
            <span className={styles.lamps} aria-hidden="true">
              {Array.from({ length: Math.min(capacity, MOST_LAMPS) }, (_, lamp) => lamp).map((lamp) => (
                <i key={lamp} data-lit={lamp < running || undefined} />
              ))}
            </span>
            <b>
              {formatCount(running)} / {formatCount(capacity)}
            </b>
            {waiting > 0 && (
              <small data-tone={running >= capacity ? "escalated" : undefined}>
                {formatCount(waiting)} {running >= capacity ? "waiting, at limit" : "ready"}
              </small>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
