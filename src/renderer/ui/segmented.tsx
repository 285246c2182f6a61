import type { ReactNode } from "react";
import styles from "./segmented.module.css";
import { Tooltip } from "./tooltip";

export interface Option<Value> {
  readonly value: Value;
  readonly label: ReactNode;
  /** Its name in words, where the label holds more: said by screen readers, and on hover. */
  readonly tip?: string;
}

interface SegmentedProps<Value> {
  /** Names the choice for screen readers. */
  readonly label: string;
  readonly options: ReadonlyArray<Option<Value>>;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** In a frame: one of few, always. Without: filters of what is shown. */
  readonly isFramed?: boolean;
  /** The key that chooses the next one. */
  readonly keys?: string;
}

/** One of a few, side by side. */
export function Segmented<Value extends string | number | null>({
  label,
  options,
  value,
  onChange,
  isFramed = false,
  keys,
}: SegmentedProps<Value>) {
  return (
    <fieldset className={styles.segmented} aria-label={label} data-framed={isFramed || undefined}>
      {options.map((option) => {
        const button = (
          <button
            key={String(option.value)}
            type="button"
            className={styles.option}
            aria-label={option.tip}
            aria-pressed={option.value === value}
            onClick={() => onChange(option.value)}
          >
            {option.label}
          </button>
        );
        if (keys === undefined) return button;
        return (
          <Tooltip key={String(option.value)} label={option.tip ?? option.label} keys={keys}>
            {button}
          </Tooltip>
        );
      })}
    </fieldset>
  );
}
