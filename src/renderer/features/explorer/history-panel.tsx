import { DatabaseZap, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { formatClock } from "../../time-format";
import { IconButton } from "../../ui/button";
import { formatCount, formatDuration, plural } from "../../ui/format";
import { Segmented } from "../../ui/segmented";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./history-panel.module.css";
import { clearHistory, forgetQuery, loadQueries, saveQuery, useQueries } from "./queries-store";
import { openQuery } from "./tabs-store";

const inLine = (sql: string): string => sql.trim().replaceAll(/\s+/g, " ").slice(0, 120);

/** What was run before, and what was saved by name. A click opens it in a tab. */
export function HistoryPanel() {
  const { history, saved } = useQueries();
  const [shown, setShown] = useState<"recent" | "saved">("recent");
  const isObserved = useReadOnlyReason() !== null;
  useEffect(() => void loadQueries(), []);
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
        {shown === "recent" && history.length > 0 && (
          <IconButton label="Clear the history" size="xs" onClick={() => void clearHistory()}>
            <Trash2 size={12} />
          </IconButton>
        )}
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
          {saved.map((query) => (
            <li key={`${query.place} ${query.id}`}>
              <button type="button" title={query.sql} onClick={() => openQuery(query.sql, query.name)}>
                <span>{query.name}</span>
                <small>
                  {query.place === "computer" && !isObserved && <b>This computer</b>} {inLine(query.sql)}
                </small>
              </button>
              {query.place === "computer" && !isObserved && (
                <IconButton
                  label={`Keep ${query.name} in the database`}
                  size="xs"
                  onClick={() => void saveQuery(query.name, query.sql)}
                >
                  <DatabaseZap size={12} />
                </IconButton>
              )}
              <IconButton
                label={`Delete the saved query ${query.name}`}
                size="xs"
                onClick={() => void forgetQuery(query)}
              >
                <Trash2 size={12} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
