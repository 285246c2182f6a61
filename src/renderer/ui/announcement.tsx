import { useEffect, useRef, useState } from "react";

/** What changes is told when it has had so long to settle... */
const SETTLE_MS = 1_000;
/** ...and, while it goes on changing, no more often than this. */
const EVERY_MS = 5_000;

/** In how many milliseconds a text that has just changed is to be told. Pure. */
export function tellIn(now: number, lastTold: number): number {
  return Math.max(SETTLE_MS, lastTold + EVERY_MS - now);
}

/** Tells screen readers a text politely, and not each time that a figure in it moves. Nothing is seen of it. */
export function Announcement({ text }: { readonly text: string }) {
  const [told, setTold] = useState("");
  const latest = useRef(text);
  const lastTold = useRef(Number.NEGATIVE_INFINITY);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    latest.current = text;
    if (text === told || timer.current !== null) return;
    timer.current = setTimeout(
      () => {
        timer.current = null;
        lastTold.current = performance.now();
        setTold(latest.current);
      },
      tellIn(performance.now(), lastTold.current),
    );
  }, [text, told]);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  return (
    <span className="visually-hidden" aria-live="polite">
      {told}
    </span>
  );
}
