import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";
import { Kbd } from "./kbd";
import styles from "./tooltip.module.css";

interface TooltipProps {
  /** One element that takes a ref and event handlers. */
  readonly children: ReactElement;
  readonly label: ReactNode;
  readonly keys?: string | undefined;
  /** A second line: why something is off, what it will do. */
  readonly detail?: ReactNode;
  readonly side?: "top" | "bottom" | "left" | "right";
}

export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  return <Base.Provider delay={400}>{children}</Base.Provider>;
}

/** A hint on hover and focus. It repeats or explains; nothing is found only here. */
export function Tooltip({ children, label, keys, detail, side = "bottom" }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner className={styles.positioner} side={side} sideOffset={6} collisionPadding={6}>
          <Base.Popup className={styles.popup}>
            <span className={styles.head}>
              {label}
              {keys !== undefined && <Kbd keys={keys} />}
            </span>
            {detail !== undefined && <span className={styles.detail}>{detail}</span>}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
