import { Check, CircleHelp, LifeBuoy, Pause, Play, RotateCcw, Trash2, X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import type { WorkerRow } from "../../../shared/model/views";
import { HEARTBEAT_INTERVAL_MS, HEARTBEAT_LIMIT_MS, type ProcessStanding } from "../../../shared/model/worker";
import type { WorkerChange, WorkerDetail } from "../../../shared/model/workers";
import { messageOf } from "../../api";
import { formatPlace, taskPlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { cx } from "../../ui/class-names";
import { useNow } from "../../ui/clock";
import { formatAge, formatCount, formatDuration, plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { Elapsed, Moment, RelativeTime } from "../../ui/relative-time";
import { StatusBadge, StatusGlyph, WorkerGlyph } from "../../ui/status";
import { HeartbeatStrip } from "./heartbeat-strip";
import { askDrain, askRescue, askRestart, askUnregister } from "./worker-acts";
import { Heartbeat } from "./worker-cells";
import { showWorker, useWorkerDetail } from "./worker-detail-store";
import { isPoolSlot, trouble } from "./worker-health";
import styles from "./worker-panel.module.css";

interface WorkerPanelProps {
  readonly workerId: string;
  readonly readOnly: string | null;
  readonly onClose: () => void;
}

/** One worker: what is wrong and what fits, how it is known, what it has, and what became of what it had. */
export function WorkerPanel({ workerId, readOnly, onClose }: WorkerPanelProps) {
  useEffect(() => showWorker(workerId), [workerId]);
  const { detail, history, error } = useWorkerDetail();
  const shown = detail?.worker.id === workerId ? detail : null;
  return (
    <aside className={styles.panel} aria-label="Worker">
      <header className={styles.head}>
        {shown !== null && <WorkerGlyph state={shown.worker.state} size={16} />}
        <h2 title={workerId}>{workerId}</h2>
        {shown !== null && <StatusBadge kind="worker" state={shown.worker.state} />}
        <IconButton label="Close" keys="Escape" size="sm" onClick={onClose}>
          <X size={14} />
        </IconButton>
      </header>
      {shown !== null ? (
        <>
          <Acts worker={shown.worker} held={shown.held.length} readOnly={readOnly} onClose={onClose} />
          <div className={styles.body}>
            <Detail detail={shown} history={history} />
          </div>
        </>
      ) : (
        error !== null && (
          <p className={styles.failure} role="alert" data-tone="failed">
            {messageOf(error)}
          </p>
        )
      )}
    </aside>
  );
}

interface ActsProps {
  readonly worker: WorkerRow;
  readonly held: number;
  readonly readOnly: string | null;
  readonly onClose: () => void;
}

function Acts({ worker, held, readOnly, onClose }: ActsProps) {
  const problem = trouble(worker);
  const { state, drained, id } = worker;
  const isUnwell = problem !== null || (state === "offline" && held > 0);
  const canLeave = state !== "busy" && state !== "idle";
  // Whoever is gone for good takes no tasks; under its id another may come, and is drained as it was.
  const canTake = drained || (state !== "dead" && state !== "zombie");
  return (
    <div className={styles.top}>
      {problem !== null && (
        <p className={styles.callout} data-tone={lookOf("worker", state).tone} role="status">
          <b>{problem.split(/(?<=\.) /, 1)[0]}</b>{" "}
          {problem
            .split(/(?<=\.) /)
            .slice(1)
            .join(" ")}{" "}
          {whatFits(state, held)}
        </p>
      )}
      <div className={styles.acts}>
        {isUnwell && (
          <Button
            size="sm"
            variant="primary"
            icon={<LifeBuoy size={12} />}
            keys="Shift+R"
            disabledReason={readOnly}
            onClick={() => askRescue(worker)}
          >
            {held === 0 ? "Mark offline" : `Rescue ${plural(held, "task")}`}
          </Button>
        )}
        {canTake && (
          <Button
            size="sm"
            icon={drained ? <Play size={12} /> : <Pause size={12} />}
            keys="Shift+D"
            disabledReason={readOnly}
            onClick={() => askDrain([id], !drained, id)}
          >
            {drained ? "Undrain" : "Drain"}
          </Button>
        )}
        {isPoolSlot(worker) ? (
          <Button
            size="sm"
            icon={<RotateCcw size={12} />}
            keys="Shift+T"
            disabledReason={readOnly ?? (held === 0 && !drained ? "It is free: there is nothing to restart." : null)}
            onClick={() => askRestart(worker)}
          >
            Restart…
          </Button>
        ) : (
          <Button
            size="sm"
            variant="danger-quiet"
            icon={<Trash2 size={12} />}
            keys="Shift+X"
            disabledReason={
              readOnly ??
              (canLeave || worker.pid === null ? null : "It is a slot of a running program, and goes when that ends.")
            }
            onClick={() => askUnregister(worker, onClose)}
          >
            Unregister…
          </Button>
        )}
      </div>
    </div>
  );
}

function whatFits(state: string, held: number): string {
  if (held > 0)
    return "Rescue what it holds; whoever starts the tasks does so by itself where the console knows the attempt.";
  if (state === "stale") return "It may come back by itself.";
  return "It holds nothing: unregister it when it is gone for good.";
}

function Detail({ detail, history }: { readonly detail: WorkerDetail; readonly history: readonly WorkerChange[] }) {
  const { worker, stats, errors, usualMs, held, slots, drain } = detail;
  const share = stats.ended === 0 ? null : Math.floor((stats.succeeded * 100) / stats.ended);
  return (
    <>
      <section>
        <h3>
          Heartbeat <small>last 30 min, expected every {formatDuration(HEARTBEAT_INTERVAL_MS)}</small>
        </h3>
        <Heartbeat worker={worker} />
        {worker.state !== "offline" && <HeartbeatStrip bars={detail.beats} lastHeartbeat={worker.lastHeartbeat} />}
      </section>
      <section>
        <h3>Process check</h3>
        <ProcessCheck worker={worker} />
      </section>
      <section>
        <h3>
          Holding <small>{plural(held.length, "task")}</small>
        </h3>
        <ul className={styles.held}>
          {held.map((task) => (
            <li key={task.id}>
              <StatusGlyph kind="task" state={task.status} named />
              <span>
                <a href={formatPlace(taskPlace(task.planId, task.id))} title={task.title}>
                  {task.title}
                </a>
                <small>
                  {task.agent}
                  {task.attempt !== null && `, attempt ${task.attempt}`}
                  {task.processAlive === false && ", its process is gone"}
                  {task.processAlive === true && ", its process lives"}
                </small>
              </span>
              <Elapsed from={task.startedAt} to={null} />
            </li>
          ))}
          {held.length === 0 && <li className={styles.none}>Nothing</li>}
        </ul>
      </section>
      <section>
        <h3>
          Last 24 hours <small>{plural(stats.ended, "attempt")}</small>
        </h3>
        <dl className={styles.figures}>
          <Figure name="Last hour" value={formatCount(stats.perHour)} />
          <Figure name="Success" value={share === null ? "n/a" : `${share} %`} />
          <Figure name="Usually" value={usualMs === null ? "n/a" : formatDuration(usualMs)} />
        </dl>
      </section>
      <section>
        <h3>Last errors</h3>
        <ol className={styles.errors}>
          {errors.map(({ runId, taskId, at, message }) => (
            <li key={runId}>
              <Moment at={at} />
              <a href={formatPlace(taskPlace(null, taskId))} title={message}>
                {message.split("\n", 1)[0]}
              </a>
            </li>
          ))}
          {errors.length === 0 && <li className={styles.none}>None in the last 24 hours</li>}
        </ol>
      </section>
      <section>
        <h3>About</h3>
        <dl className={styles.facts}>
          <Fact name="Role">{worker.role}</Fact>
          <Fact name="Capabilities">
            {worker.capabilities.length === 0
              ? "any task"
              : worker.capabilities.map((capability) => (
                  <span key={capability} className={cx("mono", styles.tag)}>
                    {capability}
                  </span>
                ))}
          </Fact>
          <Fact name="Program">
            {worker.program ?? "another program"}
            {worker.slot !== null && `, slot ${worker.slot}`}
            {slots !== null && ` (${formatCount(slots.busy)} of ${plural(slots.total, "slot")} busy)`}
          </Fact>
          {worker.host !== null && <Fact name="Host">{worker.host}</Fact>}
          <Fact name="Registered">
            <Moment at={worker.registeredAt} />
          </Fact>
          {drain !== null && (
            <Fact name="Drained">
              <RelativeTime at={drain.at} ago /> by {drain.actor}
              {drain.reason !== null && `: ${drain.reason}`}
            </Fact>
          )}
        </dl>
      </section>
      <section>
        <h3>History</h3>
        <ol className={styles.history}>
          {history.map((change, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two changes may be the same in every word
            <li key={`${change.at} ${index}`} title={change.reason ?? undefined}>
              <Moment at={change.at} />
              <span>
                {change.became.replaceAll("_", " ")} <small>by {change.by}</small>
                {change.reason !== null && <small>: {change.reason}</small>}
              </span>
            </li>
          ))}
          {history.length === 0 && <li className={styles.none}>No event tells of it</li>}
        </ol>
      </section>
    </>
  );
}

type Verdict = "ok" | "bad" | "unknown";

interface CheckLine {
  readonly id: string;
  readonly verdict: Verdict;
  readonly what: ReactNode;
  readonly answer: ReactNode;
}

const EXISTS: Readonly<Partial<Record<ProcessStanding, readonly [Verdict, string]>>> = {
  running: ["ok", "it runs"],
  unverified: ["ok", "it exists"],
  stopped: ["bad", "stopped"],
  zombie: ["bad", "zombie: ended, not taken notice of"],
  gone: ["bad", "not found"],
  reused: ["bad", "another program's"],
  rebooted: ["bad", "of an earlier boot"],
};
const START: Readonly<Partial<Record<ProcessStanding, readonly [Verdict, string]>>> = {
  running: ["ok", "yes"],
  stopped: ["ok", "yes"],
  zombie: ["ok", "yes"],
  unverified: ["unknown", "none recorded"],
  reused: ["bad", "no"],
  rebooted: ["bad", "no"],
  gone: ["bad", "no process"],
};

function ProcessCheck({ worker }: { readonly worker: WorkerRow }) {
  const now = useNow();
  const { process, pid, host, status, lastHeartbeat } = worker;
  const age = lastHeartbeat === null ? null : Math.max(0, now - lastHeartbeat);
  const says: CheckLine = {
    id: "row",
    verdict: status === "offline" || status === "error" ? "bad" : "ok",
    what: (
      <>
        Row says <span className="mono">{status}</span>
      </>
    ),
    answer: lastHeartbeat === null ? "never written" : <Moment at={lastHeartbeat} />,
  };
  const beat: CheckLine = {
    id: "beat",
    verdict: age !== null && age <= HEARTBEAT_LIMIT_MS ? "ok" : "bad",
    what: `Heartbeat under ${formatDuration(HEARTBEAT_LIMIT_MS)}`,
    answer: age === null ? "never" : formatAge(age),
  };
  const [alive, aliveWords] = EXISTS[process] ?? ["unknown", "unknown"];
  const [start, startWords] = START[process] ?? ["unknown", "unknown"];
  const own: readonly CheckLine[] =
    process === "elsewhere"
      ? [
          {
            id: "alive",
            verdict: "unknown",
            what: `Process ${pid ?? ""} is on another host`,
            answer: host ?? "another computer",
          },
        ]
      : process === "unrecorded"
        ? [
            {
              id: "alive",
              verdict: "unknown",
              what: "Its process is not recorded",
              answer: "only its heartbeat counts",
            },
          ]
        : [
            { id: "alive", verdict: alive, what: `Process ${pid ?? ""} is alive`, answer: aliveWords },
            { id: "start", verdict: start, what: "Start time matches", answer: startWords },
          ];
  return (
    <ul className={styles.checks}>
      {[says, ...own, beat].map((line) => (
        <li
          key={line.id}
          data-tone={line.verdict === "ok" ? "completed" : line.verdict === "bad" ? "failed" : "cancelled"}
        >
          {line.verdict === "ok" ? (
            <Check size={12} aria-label="yes" />
          ) : line.verdict === "bad" ? (
            <X size={12} aria-label="no" />
          ) : (
            <CircleHelp size={12} aria-label="unknown" />
          )}
          <span>{line.what}</span>
          <b>{line.answer}</b>
        </li>
      ))}
    </ul>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
