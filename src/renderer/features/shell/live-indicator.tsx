import { useSync } from "../../sync";
import { useNow } from "../../ui/clock";
import { formatAge } from "../../ui/format";
import { useNoDatabase } from "./app-store";
import { freshness } from "./freshness";
import styles from "./shell.module.css";

/** Whether what is shown is what is in the database, and how old it is when it may not be. */
export function LiveIndicator() {
  const now = useNow();
  const { lastContact, trouble, failure } = useSync();
  const noDatabase = useNoDatabase();
  if (noDatabase !== null) return null;
  const problem = trouble ?? failure;
  const state = freshness(lastContact, problem, now);
  if (state === "connecting") return <span className={styles.live}>Connecting…</span>;
  if (state === "live") {
    return (
      <span className={styles.live} title="Changes show as they are made">
        <i className={styles.liveDot} />
        Live
      </span>
    );
  }
  return (
    <span className={styles.live} data-tone="escalated" title={problem ?? "The console has not answered for a while"}>
      <i className={styles.staleDot} />
      Stale{lastContact !== null && `, ${formatAge(now - lastContact)} old`}
    </span>
  );
}
