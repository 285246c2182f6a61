import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { formatCount } from "./format";
import styles from "./tabs.module.css";

interface TabItem<Id extends string> {
  readonly id: Id;
  readonly label: ReactNode;
  readonly count?: number | undefined;
  readonly panel: ReactNode;
}

interface TabsProps<Id extends string> {
  readonly label: string;
  readonly items: ReadonlyArray<TabItem<Id>>;
  readonly value: Id;
  readonly onChange: (id: Id) => void;
  /** At the right of the tabs. */
  readonly end?: ReactNode;
  /** Beside the panels, whichever is chosen. */
  readonly beside?: ReactNode;
}

/** Tabs that fill their container; the panel of the chosen one takes what is left, and scrolls by itself. */
export function Tabs<Id extends string>({ label, items, value, onChange, end, beside }: TabsProps<Id>) {
  const choose = (next: unknown): void => {
    const item = items.find((candidate) => candidate.id === next);
    if (item) onChange(item.id);
  };
  return (
    <Base.Root className={styles.root} value={value} onValueChange={choose}>
      <div className={styles.bar}>
        <Base.List className={styles.list} aria-label={label} activateOnFocus>
          {items.map((item) => (
            <Base.Tab key={item.id} value={item.id} className={styles.tab}>
              {item.label}
              {item.count !== undefined && <span className={styles.count}>{formatCount(item.count)}</span>}
            </Base.Tab>
          ))}
        </Base.List>
        {end}
      </div>
      <div className={styles.body}>
        {items.map((item) => (
          <Base.Panel key={item.id} value={item.id} className={styles.panel}>
            {item.panel}
          </Base.Panel>
        ))}
        {beside}
      </div>
    </Base.Root>
  );
}
