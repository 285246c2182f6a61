import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import styles from "./plan-text.module.css";

const LINE = 18;

interface PlanTextProps {
  readonly text: string;
  readonly findings: readonly PlanFinding[];
  /** The line to bring into view; 1-based. */
  readonly line: number | null;
}

/** The plan as its author wrote it, with lines marked where something was found. */
export function PlanText({ text, findings, line }: PlanTextProps) {
  const scroller = useRef<HTMLElement>(null);
  const lines = useMemo(() => text.split(/\r?\n/), [text]);
  const byLine = useMemo(() => Map.groupBy(findings, (finding) => finding.line ?? 0), [findings]);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 20,
    paddingStart: 4,
    paddingEnd: 4,
  });
  useEffect(() => {
    if (line !== null) virtualizer.scrollToIndex(line - 1, { align: "center" });
  }, [line, virtualizer]);
  const longest = useMemo(() => lines.reduce((most, row) => Math.max(most, row.length), 0), [lines]);
  return (
    <section
      ref={scroller}
      className={styles.text}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard
      tabIndex={0}
      aria-label="Plan text"
    >
      <div style={{ height: virtualizer.getTotalSize(), minWidth: `${longest + 10}ch` }}>
        {virtualizer.getVirtualItems().map((item) => {
          const number = item.index + 1;
          const found = byLine.get(number);
          const isError = found?.some((finding) => finding.severity === "error") === true;
          return (
            <div
              key={item.key}
              className={styles.textLine}
              data-tone={found === undefined ? undefined : isError ? "failed" : "escalated"}
              data-current={number === line || undefined}
              style={{ transform: `translateY(${item.start}px)` }}
              title={found?.map((finding) => finding.message).join("\n")}
            >
              <span className={styles.textNumber} aria-hidden="true">
                {number}
              </span>
              <span className={styles.textCode}>{lines[item.index]}</span>
            </div>
          );
        })}
      </div>
    </section>
  );
}
