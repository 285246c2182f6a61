import { type FocusEvent, useEffect, useRef, useState } from "react";
import { type Held, holdPlaces } from "./hold-places";

/** A live list that stands still while the pointer is over it or the focus within. */
export function useHeld<Item>(fresh: readonly Item[], idOf: (item: Item) => string) {
  const [isOver, setIsOver] = useState(false);
  const [isWithin, setIsWithin] = useState(false);
  const isHeld = isOver || isWithin;
  const last = useRef<Held<Item>>({ shown: [], waiting: 0 });
  const held = holdPlaces(last.current.shown, fresh, idOf, isHeld && last.current.shown.length > 0);
  const list = useRef<Element | null>(null);
  useEffect(() => {
    last.current = held;
    // A focused button that went away told nobody.
    if (isWithin && list.current?.contains(document.activeElement) !== true) setIsWithin(false);
  });
  /** Takes in what waits, at once. */
  const release = (): void => {
    last.current = { shown: [], waiting: 0 };
    setIsOver(false);
  };
  const holders = {
    onPointerEnter: () => setIsOver(true),
    onPointerLeave: () => setIsOver(false),
    onFocus: (event: FocusEvent<HTMLElement>) => {
      list.current = event.currentTarget;
      setIsWithin(true);
    },
    onBlur: (event: FocusEvent<HTMLElement>) => {
      if (!event.currentTarget.contains(event.relatedTarget)) setIsWithin(false);
    },
  };
  return { ...held, holders, release };
}
