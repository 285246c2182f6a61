import { useMemo, useState } from "react";
import type { Throughput } from "../../../shared/model/overview";
import { messageOf } from "../../api";
import { formatMoment, formatTimeOfDay } from "../../time-format";
import { formatCount, formatDuration } from "../../ui/format";
import { Panel } from "../../ui/panel";
import styles from "./overview.module.css";
import { ThroughputChart } from "./throughput-chart";
import { changeWords, describeThroughput, figuresOf } from "./throughput-figures";

interface ThroughputPanelProps {
  readonly throughput: Throughput | null;
  readonly error: unknown;
}

/** What ended over time, and how long it took. */
export function ThroughputPanel({ throughput, error }: ThroughputPanelProps) {
  const [pointed, setPointed] = useState<number | null>(null);
  const figures = useMemo(() => (throughput === null ? null : figuresOf(throughput)), [throughput]);
  const step = throughput === null ? "" : `per ${stepWords(throughput.stepMs)}`;
  return (
    <Panel
      title="Throughput"
      meta={step}
      className={styles.throughput}
      actions={
        <span className={styles.legend}>
          <i data-tone="completed" /> Completed <i data-tone="failed" /> Failed attempts
        </span>
      }
    >
      {throughput === null || figures === null ? (
        <p className={styles.quiet}>{error === null ? "Counting attempts…" : messageOf(error)}</p>
      ) : (
        <>
          <div className={styles.rate}>
            <b>{formatCount(figures.perHourNow)}</b>
            <span>tasks per hour, now</span>
            <span className={styles.compared} data-tone={(figures.change ?? 0) > 0 ? "completed" : "waiting"}>
              {changeWords(figures, throughput.range)}
            </span>
          </div>
          <ThroughputChart throughput={throughput} onPoint={setPointed} label={describeThroughput(throughput)} />
          <p className={styles.pointed}>{pointed === null ? note(throughput) : barWords(throughput, pointed)}</p>
          <dl className={styles.figures}>
            <div>
              <dt>Success rate</dt>
              <dd>
                {figures.successRate === null ? "–" : figures.successRate.toFixed(1)}
                {figures.successRate !== null && <small> %</small>}
              </dd>
            </div>
            <div>
              <dt>Duration P50</dt>
              <dd>{throughput.durationP50 === null ? "–" : formatDuration(throughput.durationP50)}</dd>
            </div>
            <div>
              <dt>Duration P95</dt>
              <dd>{throughput.durationP95 === null ? "–" : formatDuration(throughput.durationP95)}</dd>
            </div>
            <div>
              <dt>Attempts</dt>
              <dd>{formatCount(figures.attempts)}</dd>
            </div>
          </dl>
        </>
      )}
    </Panel>
  );
}

function stepWords(stepMs: number): string {
  const minutes = stepMs / 60_000;
  return minutes < 60 ? `${minutes === 1 ? "" : `${minutes} `}min` : `${minutes / 60} h`;
}

function note({ readBackTo }: Throughput): string {
  return readBackTo === null
    ? ""
    : `Counted back to ${formatMoment(readBackTo, Date.now())}; older attempts are too many.`;
}

function barWords({ since, stepMs, completed, failed }: Throughput, bar: number): string {
  const begin = since + bar * stepMs;
  const span = `${formatTimeOfDay(begin)} to ${formatTimeOfDay(begin + stepMs)}`;
  return `${span}: ${formatCount(completed[bar] ?? 0)} completed, ${formatCount(failed[bar] ?? 0)} failed`;
}
