import { Trash2 } from "lucide-react";
import { useState } from "react";
import { formatClock } from "../../time-format";
import { IconButton } from "../../ui/button";
import { formatCount, formatDuration, plural } from "../../ui/format";
import { Segmented } from "../../ui/segmented";
import styles from "./history-panel.module.css";
import { forgetQuery, useQueries } from "./queries-store";
import { openQuery } from "./tabs-store";

const inLine = (sql: string): string => sql.trim().replaceAll(/\s+/g, " ").slice(0, 120);

/** What was run before, and what was saved by name. A click opens it in a tab. */
export function HistoryPanel() {
  const { history, saved } = useQueries();
  const [shown, setShown] = useState<"recent" | "saved">("recent");
  return (
    <section className={styles.history} aria-label="History">
      <header>
        <h2>History</h2>
        <small>{formatCount(history.length)}</small>
        <Segmented
          label="Queries"
          options={[
            { value: "recent", label: "Recent" },
            { value: "saved", label: `Saved ${formatCount(saved.length)}` },
          ]}
          value={shown}
          onChange={setShown}
          isFramed
        />
      </header>
      {shown === "recent" ? (
        <ul>
          {history.length === 0 && <li className={styles.note}>Queries that were run are kept here.</li>}
          {history.map(({ sql, at, ms, rows, trouble }) => (
            <li key={sql}>
              <button type="button" title={sql} onClick={() => openQuery(sql)}>
                <span>{inLine(sql)}</span>
                <small>
                  {formatClock(at)} <i>{formatDuration(ms)}</i>{" "}
                  {trouble === null ? rows !== null && plural(rows, "row") : <em title={trouble}>{inLine(trouble)}</em>}
                </small>
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <ul>
          {saved.length === 0 && <li className={styles.note}>Save query keeps a query here under a name.</li>}
          {saved.map(({ name, sql }) => (
            <li key={name}>
              <button type="button" title={sql} onClick={() => openQuery(sql, name)}>
                <span>{name}</span>
                <small>{inLine(sql)}</small>
              </button>
              <IconButton label={`Delete the saved query ${name}`} size="xs" onClick={() => forgetQuery(name)}>
                <Trash2 size={12} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
