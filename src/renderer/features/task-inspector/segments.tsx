import type { ReactNode } from "react";
import styles from "./segments.module.css";

interface Segment<Id extends string> {
  readonly id: Id;
  readonly label: string;
}

interface SegmentsProps<Id extends string> {
  /** Names the choice for screen readers. */
  readonly label: string;
  readonly items: ReadonlyArray<Segment<Id>>;
  readonly value: Id;
  readonly onChange: (id: Id) => void;
  readonly children: ReactNode;
}

/** Two sides of one tab: a switch above, the chosen side below it. */
export function Segments<Id extends string>({ label, items, value, onChange, children }: SegmentsProps<Id>) {
  return (
    <div className={styles.segments}>
      <fieldset className={styles.switch} aria-label={label}>
        {items.map((item) => (
          <button key={item.id} type="button" aria-pressed={item.id === value} onClick={() => onChange(item.id)}>
            {item.label}
          </button>
        ))}
      </fieldset>
      {children}
    </div>
  );
}
