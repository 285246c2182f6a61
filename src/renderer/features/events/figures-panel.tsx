import { useState } from "react";
import type { EventFigures } from "../../../shared/model/event-figures";
import { messageOf } from "../../api";
import { formatClock, formatMoment } from "../../time-format";
import { formatCount, formatDuration, plural } from "../../ui/format";
import styles from "./events.module.css";
import { useFigures } from "./events-store";
import { FlowChart } from "./flow-chart";
import { RateChart } from "./rate-chart";
import { bandsOf, barTypes } from "./rate-figures";

interface FiguresPanelProps {
  /** When the stream stopped; null: it flows. */
  readonly heldSince: number | null;
  readonly onRange: (since: number, until: number) => void;
  readonly onChoose: (chosen: { readonly source?: string; readonly type?: string }) => void;
}

/** How much of what happens when, and who writes it. */
export function FiguresPanel({ heldSince, onRange, onChoose }: FiguresPanelProps) {
  const { figures, error } = useFigures();
  const [pointed, setPointed] = useState<number | null>(null);
  if (figures === null) {
    return <p className={styles.counting}>{error === null ? "Counting events…" : messageOf(error)}</p>;
  }
  const bands = bandsOf(figures);
  return (
    <div className={styles.figures}>
      <section className={styles.rate} aria-label="Rate">
        <div className={styles.figuresHead}>
          <h2>Rate per {formatDuration(figures.stepMs)}</h2>
          <span className={styles.pointed}>{pointed === null ? noteOf(figures) : barWords(figures, pointed)}</span>
          <span className={styles.legend}>
            {bands.map(({ label, tone, total }) => (
              <span key={tone} title={plural(total, "event")}>
                <i data-tone={tone} /> {label}
              </span>
            ))}
          </span>
        </div>
        <RateChart
          figures={figures}
          heldSince={heldSince}
          onPoint={setPointed}
          onRange={onRange}
          label={`${plural(figures.total, "event")} from ${formatClock(figures.since)}: ${bands
            .map(({ label, total }) => `${formatCount(total)} ${label}`)
            .join(", ")}`}
        />
      </section>
      <section className={styles.flowPanel} aria-label="Flow">
        <div className={styles.figuresHead}>
          <h2>Flow, source to topic</h2>
          <span className={styles.pointed} />
          <span className={styles.legend}>
            {figures.total === 0 ? "Nothing in this time" : "Select a ribbon to filter"}
          </span>
        </div>
        <FlowChart figures={figures} onChoose={onChoose} />
      </section>
    </div>
  );
}

function noteOf({ isCounting, readBackTo }: EventFigures): string {
  if (isCounting) return "Counting…";
  return readBackTo === null ? "" : `Counted back to ${formatMoment(readBackTo, Date.now())}; older ones are too many.`;
}

function barWords(figures: EventFigures, bar: number): string {
  const from = figures.since + bar * figures.stepMs;
  const types = barTypes(figures, bar);
  const shown = types.slice(0, 4).map(([type, count]) => `${formatCount(count)} ${type}`);
  const more = types.length - shown.length;
  return `${formatClock(from)}: ${shown.length === 0 ? "nothing" : shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
