import { useNow } from "../../ui/clock";
import { basisWords, finishWords, useForecast } from "../plans/forecast";
import styles from "./overview.module.css";

/** When a running plan will have ended: even odds, and nine in ten. */
export function EtaSpan({ planId }: { readonly planId: string }) {
  const forecast = useForecast(planId);
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
