import { CircleX, Globe, PauseCircle, ShieldCheck, ShieldQuestion } from "lucide-react";
import type { ReactNode } from "react";
import type { WorkerRow } from "../../../shared/model/views";
import type { ProcessStanding } from "../../../shared/model/worker";
import { formatPlace, taskPlace } from "../../location";
import { cx } from "../../ui/class-names";
import { useNow } from "../../ui/clock";
import { formatAge, formatCount } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { Elapsed, RelativeTime } from "../../ui/relative-time";
import { WorkerGlyph } from "../../ui/status";
import { UsualBar } from "../board/usual-bar";
import { Sparkline } from "../overview/sparkline";
import { freshness, trouble } from "./worker-health";
import styles from "./workers.module.css";
import { useWorkers } from "./workers-store";

export function WorkerName({ worker }: { readonly worker: WorkerRow }) {
  const capabilities = worker.capabilities.join(", ");
  return (
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
  );
}

export function WorkerStateCell({ worker }: { readonly worker: WorkerRow }) {
  const problem = trouble(worker);
  const { label, tone } = lookOf("worker", worker.state);
  return (
    <span className={styles.two} data-tone={tone}>
      <span className={cx(problem !== null && styles.tinted)} title={problem ?? undefined}>
        {label}
      </span>
      {worker.drained && <span className={styles.under}>drained</span>}
    </span>
  );
}

/** The age of the last heartbeat, and a bar that shrinks to nothing at the limit. */
export function Heartbeat({ worker }: { readonly worker: WorkerRow }) {
  const now = useNow();
  const { lastHeartbeat, state } = worker;
  const age = lastHeartbeat === null ? null : now - lastHeartbeat;
  const { left, tone, word } = freshness(age);
  if (state === "offline") return <span className={styles.muted}>signed off</span>;
  const isGone = state === "dead" || state === "zombie";
  return (
    <span className={styles.heartbeat}>
      <span>{lastHeartbeat === null ? "never" : <RelativeTime at={lastHeartbeat} />}</span>
      <span className={styles.meter} data-tone={isGone ? "failed" : tone}>
        <i style={{ transform: `scaleX(${isGone ? 0 : left})` }} />
      </span>
      <span className="visually-hidden">{word}</span>
    </span>
  );
}

interface ProcessWords {
  readonly icon: ReactNode;
  readonly isBad: boolean;
  /** Nothing speaks against it, and nothing proves it. */
  readonly isUnproved?: boolean;
  /** Behind the pid. */
  readonly word: string;
  readonly title: (worker: WorkerRow) => string;
}

const good = <ShieldCheck size={12} aria-hidden="true" />;
const bad = <CircleX size={12} aria-hidden="true" />;
const PROCESS: Readonly<Record<Exclude<ProcessStanding, "elsewhere" | "unrecorded">, ProcessWords>> = {
  running: {
    icon: good,
    isBad: false,
    word: "",
    title: ({ pid }) => `Process ${pid} runs, with the recorded start time`,
  },
  unverified: {
    icon: <ShieldQuestion size={12} aria-hidden="true" />,
    isBad: false,
    isUnproved: true,
    word: "",
    title: ({ pid }) => `Process ${pid} exists; nothing was recorded to tell it from another one by`,
  },
  stopped: {
    icon: <PauseCircle size={12} aria-hidden="true" />,
    isBad: true,
    word: "stopped",
    title: ({ pid }) => `Process ${pid} exists and is stopped: it does nothing until it is continued`,
  },
  zombie: {
    icon: bad,
    isBad: true,
    word: "zombie",
    title: ({ pid }) => `Process ${pid} has ended; its parent has not noticed`,
  },
  gone: { icon: bad, isBad: true, word: "gone", title: ({ pid }) => `There is no process ${pid}` },
  reused: {
    icon: bad,
    isBad: true,
    word: "reused",
    title: ({ pid }) => `Process ${pid} began at another time: it is another program`,
  },
  rebooted: { icon: bad, isBad: true, word: "rebooted", title: () => "This computer was started anew since" },
};

export function ProcessCell({ worker }: { readonly worker: WorkerRow }) {
  const { process, pid, host } = worker;
  if (process === "unrecorded") return <span className={styles.muted}>unknown</span>;
  if (process === "elsewhere") {
    return (
      <span
        className={styles.process}
        data-unknown
        title={`Process ${pid} on ${host ?? "another computer"}: out of sight from here`}
      >
        <Globe size={12} aria-hidden="true" />
        <span>other host</span>
      </span>
    );
  }
  const { icon, isBad, isUnproved = false, word, title } = PROCESS[process];
  return (
    <span
      className={styles.process}
      data-gone={isBad || undefined}
      data-unknown={isUnproved || undefined}
      title={title(worker)}
    >
      {icon}
      <span className="mono">{pid}</span>
      {word}
    </span>
  );
}

export function CurrentTask({ worker }: { readonly worker: WorkerRow }) {
  const { currentTaskId, currentTaskTitle, currentPlanId, currentStartedAt, state } = worker;
  if (currentTaskId === null) return <span className={styles.muted}>None</span>;
  const isHeld = state === "busy";
  return (
    <span className={styles.two}>
      <a
        className={styles.task}
        href={formatPlace(taskPlace(currentPlanId, currentTaskId))}
        title={currentTaskTitle ?? currentTaskId}
        onClick={(event) => event.stopPropagation()}
      >
        {currentTaskTitle ?? currentTaskId}
      </a>
      {isHeld && currentStartedAt !== null ? (
        <span className={styles.progress}>
          <Elapsed from={currentStartedAt} to={null} />
          <UsualBar taskId={currentTaskId} from={currentStartedAt} inline />
        </span>
      ) : (
        <span className={cx(styles.under, !isHeld && styles.tinted)} data-tone={isHeld ? undefined : "failed"}>
          {isHeld ? "at work" : "orphaned"}
        </span>
      )}
    </span>
  );
}

export function Rate({ workerId }: { readonly workerId: string }) {
  const stats = useWorkers((state) => state.stats.get(workerId));
  if (stats === undefined) return null;
  return (
    <span className={styles.rate} title={`${stats.perHour} attempts ended in the last hour`}>
      <span>{formatCount(stats.perHour)}</span>
      <Sparkline values={stats.bars} />
    </span>
  );
}

export function Success({ workerId }: { readonly workerId: string }) {
  const stats = useWorkers((state) => state.stats.get(workerId));
  if (stats === undefined) return null;
  if (stats.ended === 0) return <span className={styles.muted}>n/a</span>;
  return (
    <span title={`${formatCount(stats.succeeded)} of ${formatCount(stats.ended)} attempts of the last 24 hours`}>
      {Math.floor((stats.succeeded * 100) / stats.ended)} %
    </span>
  );
}

export function LastError({ workerId }: { readonly workerId: string }) {
  const now = useNow();
  const error = useWorkers((state) => state.stats.get(workerId)?.lastError);
  if (error === undefined) return null;
  if (error === null) return <span className={styles.muted}>None</span>;
  return (
    <span className={styles.two} title={error.message}>
      <span>{error.message.split("\n", 1)[0]}</span>
      <span className={styles.under}>{error.at === null ? "some time ago" : `${formatAge(now - error.at)} ago`}</span>
    </span>
  );
}
