import { type RefObject, useEffect, useRef, useState } from "react";
import type { PlanForecast } from "../../../shared/model/forecast";
import { useNow } from "../../ui/clock";
import { basisWords, finishWords, useForecast } from "../plans/forecast";
import styles from "./overview.module.css";

/** When a running plan will have ended: even odds, and nine in ten. Nobody asks for one that is scrolled out of sight. */
export function EtaSpan({ planId }: { readonly planId: string }) {
  const place = useRef<HTMLSpanElement>(null);
  const isSeen = useIsSeen(place);
  return (
    <span ref={place}>
      <Span forecast={useForecast(planId, isSeen)} />
    </span>
  );
}

/** Whether any of it is in the window, and not scrolled out of what holds it. */
function useIsSeen(place: RefObject<Element | null>): boolean {
  const [isSeen, setIsSeen] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setIsSeen(entry?.isIntersecting === true));
    if (place.current !== null) observer.observe(place.current);
    return () => observer.disconnect();
  }, [place]);
  return isSeen;
}

function Span({ forecast }: { readonly forecast: PlanForecast | null }) {
  const now = useNow();
  if (forecast === null) return <span className={styles.muted}>–</span>;
  const p50 = finishWords(forecast, "P50", now);
  const p90 = finishWords(forecast, "P90", now);
  if (p50 === null) {
    return (
      <span className={styles.muted} title={basisWords(forecast)}>
        {forecast.kind === "never" ? "Held up" : "Not known"}
      </span>
    );
  }
  return (
    <span title={basisWords(forecast)}>
      <b>{p50}</b>
      {p90 !== null && <span className={styles.muted}> – {p90}</span>}
    </span>
  );
}
