interface Point {
  readonly x: number;
  readonly y: number;
}

/** What pointers do to a picture; points in pixels from its upper left corner. */
export interface PointerActs {
  readonly pan: (dx: number, dy: number) => void;
  readonly zoom: (factor: number, point: Point) => void;
  readonly pick: (point: Point) => void;
  readonly hover: (point: Point | null) => void;
}

/** A press that moves no farther is a click. */
const CLICK_SLOP = 4;
const ZOOM_A_PIXEL = 0.0016;
/** A pinch on a touchpad comes as a wheel with Ctrl, in far smaller steps. */
const PINCH_A_PIXEL = 0.01;
const LINE_PIXELS = 33;

/** Wheel, drag and pinch, until the returned function is called. */
export function watchPointers(element: HTMLElement, acts: PointerActs): () => void {
  const held = new Map<number, Point>();
  let pressedAt: Point | null = null;

  const pointOf = ({ clientX, clientY }: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PIXELS : 1;
    const dx = event.deltaX * unit;
    const dy = event.deltaY * unit;
    if (event.shiftKey || Math.abs(dx) > Math.abs(dy)) acts.pan(dx === 0 ? dy : dx, 0);
    else acts.zoom(Math.exp(-dy * (event.ctrlKey ? PINCH_A_PIXEL : ZOOM_A_PIXEL)), pointOf(event));
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0 && event.button !== 1) return;
    element.setPointerCapture(event.pointerId);
    const point = pointOf(event);
    held.set(event.pointerId, point);
    pressedAt = held.size === 1 ? point : null;
  };
  const onMove = (event: PointerEvent): void => {
    const point = pointOf(event);
    const last = held.get(event.pointerId);
    if (last === undefined) {
      acts.hover(point);
      return;
    }
    if (pressedAt !== null && Math.hypot(point.x - pressedAt.x, point.y - pressedAt.y) < CLICK_SLOP) return;
    pressedAt = null;
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    held.set(event.pointerId, point);
    if (other === undefined) {
      acts.pan(last.x - point.x, last.y - point.y);
      return;
    }
    const before = Math.hypot(last.x - other.x, last.y - other.y);
    const after = Math.hypot(point.x - other.x, point.y - other.y);
    acts.pan((last.x - point.x) / 2, (last.y - point.y) / 2);
    if (before > 0) acts.zoom(after / before, { x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 });
  };
  const onUp = (event: PointerEvent): void => {
    const wasHeld = held.delete(event.pointerId);
    if (wasHeld && pressedAt !== null && event.type === "pointerup" && event.button === 0) acts.pick(pressedAt);
    pressedAt = null;
  };
  const onLeave = (): void => acts.hover(null);

  element.addEventListener("wheel", onWheel, { passive: false });
  element.addEventListener("pointerdown", onDown);
  element.addEventListener("pointermove", onMove);
  element.addEventListener("pointerup", onUp);
  element.addEventListener("pointercancel", onUp);
  element.addEventListener("pointerleave", onLeave);
  return () => {
    element.removeEventListener("wheel", onWheel);
    element.removeEventListener("pointerdown", onDown);
    element.removeEventListener("pointermove", onMove);
    element.removeEventListener("pointerup", onUp);
    element.removeEventListener("pointercancel", onUp);
    element.removeEventListener("pointerleave", onLeave);
  };
}
