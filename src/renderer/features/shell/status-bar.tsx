import { Eye, HardDrive, PauseCircle, Play } from "lucide-react";
import { formatClock, offsetWords, shownZone, useTimeStyle } from "../../time-format";
import { useNow } from "../../ui/clock";
import { formatBytes } from "../../ui/format";
import { useHotkeyHints } from "../../ui/hotkeys";
import { Kbd } from "../../ui/kbd";
import { useApp } from "./app-store";
import styles from "./shell.module.css";

const MOST_HINTS = 6;

export function StatusBar() {
  const info = useApp((state) => state.info);
  const hints = useHotkeyHints();
  return (
    <footer className={styles.statusBar}>
      {info !== null && (
        <>
          <span className={styles.item} title={info.database.file}>
            <HardDrive size={12} /> WAL {formatBytes(info.database.walBytes)}
          </span>
          <span className={styles.item}>Schema {info.database.schemaVersion}</span>
          {info.database.mode === "observe" && (
            <span className={styles.item}>
              <Eye size={12} /> Observe
            </span>
          )}
          <RunnerItem />
        </>
      )}
      <span className={styles.hints}>
        {hints.slice(0, MOST_HINTS).map(({ keys, label }) => (
          <span key={label} className={styles.item}>
            {keys.map((combination) => (
              <Kbd key={combination} keys={combination} />
            ))}
            {label}
          </span>
        ))}
      </span>
      <Clock />
    </footer>
  );
}

function RunnerItem() {
  const runner = useApp((state) => state.runner);
  if (runner === null) return null;
  if (runner.pausedReason !== null) {
    return (
      <span className={styles.item} title={runner.pausedReason}>
        <PauseCircle size={12} /> Runner paused
      </span>
    );
  }
  const { dispatcher } = runner;
  const who =
    runner.dispatching || dispatcher === null
      ? "This console starts the tasks"
      : `${dispatcher.program} (process ${dispatcher.pid} on ${dispatcher.host}) starts the tasks`;
  return (
    <span className={styles.item} title={who}>
      <Play size={12} /> {runner.busySlots} of {runner.slots} slots
    </span>
  );
}

function Clock() {
  const now = useNow();
  // Written with the zone: figures on the screen are read elsewhere, too.
  useTimeStyle();
  return (
    <time className={styles.clock} title={`All times are those of ${shownZone()}`}>
      {formatClock(now)} {offsetWords(now)}
    </time>
  );
}
