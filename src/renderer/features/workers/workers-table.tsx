import { CircleX, Globe, ShieldCheck } from "lucide-react";
import type { WorkerRow } from "../../../shared/model/views";
import { call, messageOf } from "../../api";
import { goTo, planPlace } from "../../location";
import { formatDateTime } from "../../time-format";
import { cx } from "../../ui/class-names";
import { useNow } from "../../ui/clock";
import { formatAge } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { RelativeTime } from "../../ui/relative-time";
import { WorkerGlyph } from "../../ui/status";
import { toast } from "../../ui/toast";
import { freshness, trouble } from "./worker-health";
import styles from "./workers.module.css";
import { useWorkers } from "./workers-store";

interface WorkersTableProps {
  readonly workers: readonly WorkerRow[];
  readonly cursor: string | null;
}

export function WorkersTable({ workers, cursor }: WorkersTableProps) {
  return (
    <table className={styles.table}>
      <colgroup>
        <col />
        <col style={{ width: 92 }} />
        <col style={{ width: 104 }} />
        <col style={{ width: 136 }} />
        <col style={{ width: 128 }} />
        <col style={{ width: "26%" }} />
        <col style={{ width: 104 }} />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">Worker</th>
          <th scope="col">State</th>
          <th scope="col">Role</th>
          <th scope="col">Heartbeat</th>
          <th scope="col">Process</th>
          <th scope="col">Current task</th>
          <th scope="col">Registered</th>
        </tr>
      </thead>
      <tbody>
        {workers.map((worker) => (
          <Row key={worker.id} worker={worker} isCursor={worker.id === cursor} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ worker, isCursor }: { readonly worker: WorkerRow; readonly isCursor: boolean }) {
  const look = lookOf("worker", worker.state);
  const problem = trouble(worker);
  const capabilities = worker.capabilities.join(", ");
  return (
    <tr
      id={`worker-${worker.id}`}
      className={cx(isCursor && styles.cursor)}
      data-tone={look.tone}
      aria-current={isCursor || undefined}
      onClick={() => useWorkers.setState({ cursor: worker.id })}
    >
      <td>
        <span className={styles.worker}>
          <WorkerGlyph state={worker.state} />
          <span className={styles.two}>
            <span className={cx("mono", styles.id)} title={worker.id}>
              {worker.id}
            </span>
            <span className={cx("mono", styles.under)} title={capabilities}>
              {capabilities === "" ? "any task" : capabilities}
            </span>
          </span>
        </span>
      </td>
      <td className={cx(problem !== null && styles.tinted)} title={problem ?? undefined}>
        {look.label}
      </td>
      <td title={worker.role}>{worker.role}</td>
      <td>
        <Heartbeat worker={worker} />
      </td>
      <td>
        <Process worker={worker} />
      </td>
      <td>
        <CurrentTask worker={worker} problem={problem} />
      </td>
      <td>
        <RelativeTime at={worker.registeredAt} ago />
      </td>
    </tr>
  );
}

/** The age of the last heartbeat, and a bar that shrinks to nothing at the limit. */
function Heartbeat({ worker }: { readonly worker: WorkerRow }) {
  const now = useNow();
  const { lastHeartbeat } = worker;
  const age = lastHeartbeat === null ? null : now - lastHeartbeat;
  const { left, tone, word } = freshness(age);
  if (worker.state === "offline") return <span className={styles.muted}>signed off</span>;
  return (
    <span
      className={styles.heartbeat}
      title={lastHeartbeat === null ? "Never seen" : `${formatDateTime(lastHeartbeat)}, ${word}`}
    >
      <span>{age === null ? "never" : formatAge(age)}</span>
      <span className={styles.meter} data-tone={worker.state === "dead" ? "failed" : tone}>
        <i style={{ width: `${(worker.state === "dead" ? 0 : left) * 100}%` }} />
      </span>
      <span className="visually-hidden">{word}</span>
    </span>
  );
}

function Process({ worker }: { readonly worker: WorkerRow }) {
  if (worker.pid === null) return <span className={styles.muted}>unknown</span>;
  if (!worker.isLocal) {
    return (
      <span className={styles.process} title={`Process ${worker.pid} on ${worker.host ?? "another computer"}`}>
        <Globe size={12} aria-hidden="true" />
        <span>{worker.host ?? "other host"}</span>
      </span>
    );
  }
  const isGone = worker.state === "dead";
  return (
    <span className={styles.process} data-gone={isGone || undefined}>
      {isGone ? <CircleX size={12} aria-hidden="true" /> : <ShieldCheck size={12} aria-hidden="true" />}
      <span className="mono">{worker.pid}</span>
      {isGone && "gone"}
    </span>
  );
}

function CurrentTask({ worker, problem }: { readonly worker: WorkerRow; readonly problem: string | null }) {
  const { currentTaskId, currentTaskTitle } = worker;
  return (
    <span className={styles.two}>
      {currentTaskId === null ? (
        <span className={styles.muted}>None</span>
      ) : (
        <button type="button" className={styles.task} onClick={() => void openTask(currentTaskId)}>
          {currentTaskTitle ?? currentTaskId}
        </button>
      )}
      {problem !== null && (
        <span className={cx(styles.under, styles.tinted)} title={problem}>
          {problem}
        </span>
      )}
    </span>
  );
}

async function openTask(taskId: string): Promise<void> {
  try {
    const task = await call("tasks.get", { taskId });
    if (task.planId === null)
      toast.info(`${task.title} belongs to no plan`, { description: "Only tasks of plans can be opened." });
    else goTo(planPlace(task.planId, task.id));
  } catch (error) {
    toast.error("Could not open the task", { description: messageOf(error) });
  }
}
