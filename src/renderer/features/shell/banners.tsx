import { Eye, Info, PauseCircle, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { reloadAll, useSync } from "../../sync";
import { formatClock } from "../../time-format";
import { Button } from "../../ui/button";
import { BoardImporting } from "../board-import/import-banner";
import { BundleBanner, BundleWriting } from "../bundle/bundle-banner";
import { askMode } from "../databases/database-choice";
import { useApp } from "./app-store";
import { MODE_KEY } from "./mode-switch";
import styles from "./shell.module.css";

/** What holds for the whole window: trouble with the database, a paused runner, Observe mode. */
export function Banners() {
  const { trouble, failure, lastContact } = useSync();
  const problem = trouble ?? failure;
  const paused = useApp((state) => state.runner?.pausedReason ?? null);
  const mode = useApp((state) => state.info?.database.mode);
  const notice = useApp((state) => state.info?.database.notice ?? null);
  const bundle = useApp((state) => state.info?.database.bundle ?? null);
  const [read, setRead] = useState<string | null>(null);
  return (
    <>
      {problem !== null && (
        <div className={styles.banner} data-tone="escalated" role="alert">
          <TriangleAlert size={14} />
          <b>{lastContact === null ? "No live data." : `Showing data from ${formatClock(lastContact)}.`}</b>
          <span className={styles.bannerText} title={problem}>
            {problem}
          </span>
          <Button size="sm" onClick={() => void reloadAll()}>
            Retry now
          </Button>
        </div>
      )}
      {paused !== null && (
        <div className={styles.banner} data-tone="escalated" role="status">
          <PauseCircle size={14} />
          <b>No new tasks are started.</b>
          <span className={styles.bannerText} title={paused}>
            {paused}
          </span>
        </div>
      )}
      {notice !== null && notice !== read && (
        <div className={styles.banner} role="status">
          <Info size={14} />
          <span className={styles.bannerText} title={notice}>
            {notice}
          </span>
          <Button size="sm" onClick={() => setRead(notice)}>
            Understood
          </Button>
        </div>
      )}
      <BundleWriting />
      <BoardImporting />
      {bundle !== null && <BundleBanner bundle={bundle} />}
      {mode === "observe" && bundle === null && (
        <div className={styles.banner} role="status">
          <Eye size={14} />
          <b>Observe mode.</b>
          <span className={styles.bannerText}>
            Everything is live and read-only. Nothing you do here can change the database.
          </span>
          <Button size="sm" keys={MODE_KEY} onClick={() => askMode("operate")}>
            Switch to Operate
          </Button>
        </div>
      )}
    </>
  );
}
