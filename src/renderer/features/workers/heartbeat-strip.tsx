import { HEARTBEAT_BAR_MS, HEARTBEAT_BARS } from "../../../shared/model/workers";
import { useNow } from "../../ui/clock";
import { plural } from "../../ui/format";
import { Moment } from "../../ui/relative-time";
import styles from "./heartbeat-strip.module.css";

const SPAN_MS = HEARTBEAT_BAR_MS * HEARTBEAT_BARS;

interface HeartbeatStripProps {
  /** The share that was heard in each half minute, the latest last; null: nobody listened. */
  readonly bars: readonly (number | null)[];
  readonly lastHeartbeat: number | null;
}

/** The heartbeats of the last half hour: how many came in each half minute, and where none did. */
export function HeartbeatStrip({ bars, lastHeartbeat }: HeartbeatStripProps) {
  const now = useNow();
  const missed = bars.filter((share) => share === 0).length;
  const heard = bars.filter((share) => share !== null && share > 0).length;
  const unknown = bars.length - missed - heard;
  const words = [
    `Heartbeats of the last half hour: heard in ${plural(heard, "half minute")}`,
    `missed in ${missed}`,
    ...(unknown === 0 ? [] : [`not listened to in ${unknown}`]),
  ].join(", ");
  return (
    <div className={styles.strip}>
      <div className={styles.bars} role="img" aria-label={words} title={words}>
        {bars.map((share, index) => (
          <i
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            key={index}
            data-share={share === null ? "unknown" : share === 0 ? "missed" : "heard"}
            style={share === null || share === 0 ? undefined : { height: `${Math.round(40 + 60 * share)}%` }}
          />
        ))}
      </div>
      <p>
        <Moment at={now - SPAN_MS} />
        {lastHeartbeat !== null && now - lastHeartbeat < SPAN_MS && (
          <span>
            last <Moment at={lastHeartbeat} />
          </span>
        )}
        <span>now</span>
      </p>
    </div>
  );
}
