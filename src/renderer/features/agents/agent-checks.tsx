import { useNow } from "../../ui/clock";
import { formatAge, formatCount, formatDuration, plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { Moment, RelativeTime } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import styles from "./agent-panel.module.css";
import { stretchesOf } from "./agent-words";
import { useAgents } from "./agents-store";

const LAMPS = 48;
const MOST_STRETCHES = 8;
const NONE = [] as const;

/** How an agent was found, check by check, and when that changed. */
export function AgentChecks({ agentId }: { readonly agentId: string }) {
  const now = useNow();
  const checks = useAgents((state) => state.checks.get(agentId)) ?? NONE;
  const [latest] = checks;
  const lamps = checks.slice(0, LAMPS).toReversed();
  const stretches = stretchesOf(checks);
  return (
    <section>
      <h3>
        Health{" "}
        <small>
          {latest === undefined ? (
            "not checked yet"
          ) : (
            <>
              asked <RelativeTime at={latest.at} ago />, answered in {formatDuration(latest.tookMs)}
            </>
          )}
        </small>
      </h3>
      {lamps.length > 1 && (
        <>
          <div
            className={styles.lamps}
            role="img"
            aria-label={`The last ${plural(lamps.length, "check")}: ${shares(lamps)}`}
          >
            {lamps.map(({ at, status }) => (
              <i key={at} data-tone={lookOf("agent", status).tone} data-low={status !== "healthy" || undefined} />
            ))}
          </div>
          <p className={styles.axis}>
            <span>{formatAge(now - (lamps[0]?.at ?? now))} ago</span>
            <span>now</span>
          </p>
        </>
      )}
      <ol className={styles.history} aria-label="Health history">
        {stretches.slice(0, MOST_STRETCHES).map(({ status, message, from, to, checks: count }) => (
          <li key={from}>
            <StatusGlyph kind="agent" state={status} size={12} named />
            <span title={message}>{message}</span>
            <small>
              {count > 1 && `${formatCount(count)}×, since `}
              <Moment at={count > 1 ? from : to} />
            </small>
          </li>
        ))}
        {stretches.length === 0 && <li className={styles.none}>Nobody has asked it yet</li>}
      </ol>
    </section>
  );
}

function shares(checks: ReadonlyArray<{ readonly status: string }>): string {
  const counts = new Map<string, number>();
  for (const { status } of checks) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${lookOf("agent", status).label.toLowerCase()}`).join(", ");
}
