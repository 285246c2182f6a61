import { type RefObject, useEffect, useRef } from "react";
import { noteScroll, scrollOf } from "./reading";

/** Deeper places are too many pages away to be read again at a start. */
const DEEPEST_PX = 60_000;
const GIVING_UP = ["wheel", "pointerdown", "keydown"] as const;

/**
 * Brings a list that is read in pages back to where it was: as far down as there are rows, until its place is there or
 * somebody moves it. Answers what to tell of its scrolling.
 */
export function useKeptScroll(
  key: string,
  scroller: RefObject<HTMLElement | null>,
  rowCount: number,
): (top: number) => void {
  const wanted = useRef(Math.min(scrollOf(key), DEEPEST_PX));
  useEffect(() => {
    const element = scroller.current;
    if (element === null || wanted.current === 0 || rowCount === 0) return undefined;
    element.scrollTop = wanted.current;
    if (element.scrollTop >= wanted.current - 1) wanted.current = 0;
    const giveUp = (): void => {
      wanted.current = 0;
    };
    for (const name of GIVING_UP) element.addEventListener(name, giveUp, { passive: true });
    return () => {
      for (const name of GIVING_UP) element.removeEventListener(name, giveUp);
    };
  }, [scroller, rowCount]);
  return (top) => {
    if (wanted.current === 0) noteScroll(key, top);
  };
}
