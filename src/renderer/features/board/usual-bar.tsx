import { useEffect } from "react";
import type { UsualDuration } from "../../../shared/model/task-lists";
import { cx } from "../../ui/class-names";
import { useNow } from "../../ui/clock";
import { formatDuration, plural } from "../../ui/format";
import { StatusGlyph } from "../../ui/status";
import styles from "./board.module.css";
import { useUsual, wantUsual } from "./usual";

/** Of what takes a blink, a moment more says nothing. */
const GRACE_MS = 5_000;

const isOver = (usual: UsualDuration, ran: number): boolean => ran > usual.p95 + GRACE_MS;

interface RunningProps {
  readonly taskId: string;
  /** When its attempt began, in milliseconds since the epoch. */
  readonly from: number;
}

function useAsked(taskId: string): UsualDuration | null {
  useEffect(() => wantUsual(taskId), [taskId]);
  return useUsual(taskId);
}

const words = ({ p50, p95, runs }: UsualDuration): string =>
  `Usually ${formatDuration(p50)}, at most ${formatDuration(p95)} of 19 in 20 (${plural(runs, "earlier run")})`;

/** How far a running task is into the time that it takes at most, usually. Nothing where it never ran before. */
export function UsualBar({ taskId, from, inline = false }: RunningProps & { readonly inline?: boolean }) {
  const usual = useAsked(taskId);
  return usual === null ? null : <Bar usual={usual} from={from} inline={inline} />;
}

interface BarProps {
  readonly usual: UsualDuration;
  readonly from: number;
  readonly inline: boolean;
}

function Bar({ usual, from, inline }: BarProps) {
  const ran = useNow() - from;
  const share = ran / Math.max(1, usual.p95);
  const bar = (
    <i
      className={cx(styles.usual, isOver(usual, ran) && styles.usualOver)}
      style={{ transform: `scaleX(${Math.min(1, Math.max(0.02, share))})` }}
    />
  );
  if (!inline) return bar;
  return (
    <span
      className={styles.usualTrack}
      role="img"
      aria-label={`${Math.round(share * 100)} % of its usual time`}
      title={words(usual)}
    >
      {bar}
    </span>
  );
}

/** A line that says so when a task runs longer than it takes at most, usually. */
export function OverUsual({ taskId, from }: RunningProps) {
  const usual = useAsked(taskId);
  return usual === null ? null : <OverLine usual={usual} from={from} />;
}

function OverLine({ usual, from }: Omit<BarProps, "inline">) {
  if (!isOver(usual, useNow() - from)) return null;
  return (
    <div className={cx(styles.cardWhy, styles.tinted)} data-tone="stuck" title={words(usual)}>
      <StatusGlyph kind="task" state="stuck" size={12} />
      <span>Usually {formatDuration(usual.p50)}</span>
    </div>
  );
}
