import type { KeyboardEvent, PointerEvent, ReactNode } from "react";
import { INSPECTOR_MAX, INSPECTOR_MIN, setInspectorWidth, useInspector } from "./inspector-size";
import styles from "./plans.module.css";

const STEP = 16;

interface InspectorSlotProps {
  readonly label?: string;
  readonly children: ReactNode;
}

/** The place of the inspector at the right, with an edge to drag. In a narrow window it lies over the page. */
export function InspectorSlot({ label = "Task inspector", children }: InspectorSlotProps) {
  const width = useInspector((state) => state.width);
  const grab = (event: PointerEvent<HTMLDivElement>): void => {
    event.preventDefault();
    const { clientX: from, currentTarget: edge, pointerId } = event;
    edge.setPointerCapture(pointerId);
    const drag = (moved: globalThis.PointerEvent): void => setInspectorWidth(width + from - moved.clientX);
    edge.addEventListener("pointermove", drag);
    edge.addEventListener("lostpointercapture", () => edge.removeEventListener("pointermove", drag), { once: true });
  };
  const step = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    setInspectorWidth(width + (event.key === "ArrowLeft" ? STEP : -STEP));
  };
  return (
    <aside className={styles.inspector} style={{ width }} aria-label={label}>
      {/* biome-ignore lint/a11y/useSemanticElements: a line cannot be dragged or hold the focus */}
      <div
        className={styles.edge}
        role="separator"
        tabIndex={0}
        aria-label="Width of the inspector"
        aria-orientation="vertical"
        aria-valuemin={INSPECTOR_MIN}
        aria-valuemax={INSPECTOR_MAX}
        aria-valuenow={width}
        onPointerDown={grab}
        onKeyDown={step}
      />
      {children}
    </aside>
  );
}
