import { RefreshCw } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { DryRun, DryRunLimit } from "../../../shared/model/forecast";
import { messageOf } from "../../api";
import { Button } from "../../ui/button";
import { useNow } from "../../ui/clock";
import { formatCount, plural } from "../../ui/format";
import { StatusGlyph } from "../../ui/status";
import styles from "./dry-run-panel.module.css";
import { useDryRun } from "./dry-run-store";
import { basisWords, drawUsage, figuresOf, limitWords } from "./outlook";

const CHART = 62;

interface DryRunPanelProps {
  readonly sourceId: string;
  /** Makes it again; null: what it is made of is not right yet. */
  readonly again: (() => void) | null;
  /** Parameters that are not right yet. */
  readonly missing: readonly string[];
}

/** What a launch would do: when it would end, what it would need and what is missing. It writes nothing. */
export function DryRunPanel({ sourceId, again, missing }: DryRunPanelProps) {
  const { result, error, isStale, sourceId: of } = useDryRun();
  const shown = of === sourceId ? result : null;
  return (
    <section
      className={styles.panel}
      aria-label="Dry run"
      aria-busy={isStale}
      data-stale={isStale || again === null || undefined}
    >
      <div className={styles.basis}>
        <span>{shown === null ? "What a launch would do. Nothing is written." : basisWords(shown)}</span>
        <Button
          size="xs"
          icon={<RefreshCw size={12} />}
          keys="d"
          disabledReason={again === null ? "The plan or its parameters are not right yet." : null}
          onClick={() => again?.()}
        >
          Run again
        </Button>
      </div>
      {shown !== null ? (
        <Outlook run={shown} />
      ) : error !== null && of === sourceId ? (
        <p className={styles.none} role="alert">
          {messageOf(error)}
        </p>
      ) : (
        <p className={styles.none}>
          {missing.length > 0
            ? `It is made as soon as ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} right.`
            : again === null
              ? "It is made as soon as the plan has no errors."
              : ""}
        </p>
      )}
    </section>
  );
}

function Outlook({ run }: { readonly run: DryRun }) {
  const now = useNow();
  return (
    <>
      <dl className={styles.figures}>
        {figuresOf(run, now).map(({ label, value, note, tone, title }) => (
          <div key={label} title={title}>
            <dt>{label}</dt>
            <dd>
              <b data-tone={tone}>{value}</b> <small>{note}</small>
            </dd>
          </div>
        ))}
      </dl>
      {run.usage.length > 0 && <UsageChart run={run} />}
      {run.limits.length > 0 && <Limits limits={run.limits} />}
    </>
  );
}

function UsageChart({ run }: { readonly run: DryRun }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => setWidth(place.current?.clientWidth ?? 0), []);
  useEffect(() => {
    const { current } = place;
    if (current === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const room = Math.max(0, width - 24);
  const drawing = drawUsage(run, { width: room, height: CHART });
  return (
    <div ref={place} className={styles.chart}>
      {drawing !== null && room > 0 && (
        <svg
          width={width}
          height={CHART + 30}
          viewBox={`0 -14 ${width} ${CHART + 30}`}
          role="img"
          aria-label={`Tasks at once over time, ${formatCount(drawing.most)} at most`}
        >
          {[0, 0.5, 1].map((share) => (
            <line key={share} className={styles.grid} x1={0} x2={room} y1={CHART * share} y2={CHART * share} />
          ))}
          <text x={width} y={4} textAnchor="end">
            {formatCount(drawing.most)}
          </text>
          <text x={width} y={CHART + 4} textAnchor="end">
            0
          </text>
          {drawing.ticks.map(({ x, label }, at) => (
            <text key={label} x={x} y={CHART + 14} textAnchor={at === 0 ? "start" : "middle"}>
              {label}
            </text>
          ))}
          <path d={drawing.area} className={styles.area} />
          <path d={drawing.line} className={styles.line} />
          <Mark x={drawing.p90} label="P90" room={room} isFirm={false} isLeft />
          <Mark x={drawing.p50} label="P50" room={room} isFirm isLeft={(drawing.p50 ?? 0) > room - 60} />
        </svg>
      )}
    </div>
  );
}

interface MarkProps {
  readonly x: number | null;
  readonly label: string;
  readonly room: number;
  readonly isFirm: boolean;
  readonly isLeft: boolean;
}

function Mark({ x, label, isFirm, isLeft }: MarkProps) {
  if (x === null) return null;
  return (
    <g className={isFirm ? styles.firm : styles.faint}>
      <line x1={x} x2={x} y1={-12} y2={CHART} />
      <text x={x + (isLeft ? -4 : 4)} y={isFirm && isLeft ? 8 : -4} textAnchor={isLeft ? "end" : "start"}>
        {label}
      </text>
    </g>
  );
}

function Limits({ limits }: { readonly limits: readonly DryRunLimit[] }) {
  return (
    <table className={styles.limits}>
      <thead>
        <tr>
          <th scope="col">Agent or role</th>
          <th scope="col">Needed for</th>
          <th scope="col" data-number>
            Peak need
          </th>
          <th scope="col" data-number>
            Live
          </th>
          <th scope="col">Status</th>
          <th scope="col">Effect on finish</th>
        </tr>
      </thead>
      <tbody>
        {limits.map((limit) => {
          const { state, word, effect } = limitWords(limit);
          return (
            <tr key={`${limit.kind} ${limit.name}`}>
              <td className="mono" title={limit.name}>
                {limit.kind === "group" ? `group ${limit.name}` : limit.name}
              </td>
              <td>{plural(limit.tasks, "task")}</td>
              <td data-number>{formatCount(limit.peak)}</td>
              <td data-number>{formatCount(limit.size)}</td>
              <td>
                <span className={styles.state} data-tone={state}>
                  <StatusGlyph kind="task" state={state} size={12} />
                  {word}
                </span>
              </td>
              <td>{effect}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
