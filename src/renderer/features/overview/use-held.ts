import { type FocusEvent, useEffect, useRef, useState } from "react";
import { type Held, holdPlaces } from "./hold-places";

/** A live list that stands still while the pointer is over it or the focus within. */
export function useHeld<Item>(fresh: readonly Item[], idOf: (item: Item) => string) {
  const [isOver, setIsOver] = useState(false);
  const [isWithin, setIsWithin] = useState(false);
  const isHeld = isOver || isWithin;
  const last = useRef<Held<Item>>({ shown: [], waiting: 0 });
  const held = holdPlaces(last.current.shown, fresh, idOf, isHeld && last.current.shown.length > 0);
  useEffect(() => {
    last.current = held;
  });
  /** Takes in what waits, at once. */
  const release = (): void => {
    last.current = { shown: [], waiting: 0 };
    setIsOver(false);
  };
  const holders = {
    onPointerEnter: () => setIsOver(true),
    onPointerLeave: () => setIsOver(false),
    onFocus: () => setIsWithin(true),
    onBlur: (event: FocusEvent<HTMLElement>) => {
      if (!event.currentTarget.contains(event.relatedTarget)) setIsWithin(false);
    },
  };
  return { ...held, holders, release };
}
