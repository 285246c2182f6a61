import { formatClock, formatDateTime, formatMoment, useTimeStyle } from "../time-format";
import { useNow } from "./clock";
import { formatAge, formatDuration, formatElapsed } from "./format";

interface MomentProps {
  /** Milliseconds since the epoch; null shows a dash. */
  readonly at: number | null;
}

const Unknown = () => <span title="Not recorded">–</span>;

/** How long ago, ticking: `27s`, or `27s ago`. The absolute time shows on hover. */
export function RelativeTime({ at, ago = false }: MomentProps & { readonly ago?: boolean }) {
  const now = useNow();
  useTimeStyle();
  if (at === null) return <Unknown />;
  const age = formatAge(now - at);
  return (
    <time dateTime={new Date(at).toISOString()} title={formatDateTime(at)}>
      {ago ? `${age} ago` : age}
    </time>
  );
}

/** The time of day, with the date when that is not today's; in full on hover. */
export function Moment({ at }: MomentProps) {
  const now = useNow();
  useTimeStyle();
  if (at === null) return <Unknown />;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatDateTime(at)}>
      {formatMoment(at, now)}
    </time>
  );
}

/** As `Moment`, with seconds: for what began and ended. */
export function ExactMoment({ at }: MomentProps) {
  const now = useNow();
  useTimeStyle();
  if (at === null) return <Unknown />;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatDateTime(at)}>
      {formatMoment(at, now, true)}
    </time>
  );
}

/** The time of day with seconds: `14:32:07`; the date on hover. For lists of what happens now. */
export function ClockTime({ at }: MomentProps) {
  useTimeStyle();
  if (at === null) return <Unknown />;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatDateTime(at)}>
      {formatClock(at)}
    </time>
  );
}

function Ticking({ from }: { readonly from: number }) {
  const now = useNow();
  return <>{formatElapsed(now - from)}</>;
}

/** The time that is left, ticking down: `in 18s`, then `due`. The moment itself on hover. */
export function Remaining({ until }: { readonly until: number }) {
  const now = useNow();
  return <span title={`at ${formatDateTime(until)}`}>{until > now ? `in ${formatElapsed(until - now)}` : "due"}</span>;
}

interface ElapsedProps {
  readonly from: number | null;
  /** Null: it still runs, and the figure ticks. */
  readonly to: number | null;
}

/** A length of time: `4m 11s`. Nothing when it has not begun. */
export function Elapsed({ from, to }: ElapsedProps) {
  if (from === null) return null;
  const end = to === null ? "now" : formatDateTime(to);
  return (
    <span title={`${formatDateTime(from)} to ${end}`}>
      {to === null ? <Ticking from={from} /> : formatDuration(to - from)}
    </span>
  );
}
