import { Eye, FolderOpen, Play, Plus, X } from "lucide-react";
import { useEffect } from "react";
import { Button, IconButton } from "../../ui/button";
import { Kbd } from "../../ui/kbd";
import { Panel } from "../../ui/panel";
import { RelativeTime } from "../../ui/relative-time";
import {
  askDatabase,
  chooseDatabase,
  forgetDatabase,
  loadRecent,
  MODE_WORDS,
  newDatabase,
  useDatabases,
} from "./database-choice";
import styles from "./databases.module.css";

/** The databases that were open on this computer, and the ways to others. */
export function RecentDatabases() {
  const recent = useDatabases((state) => state.recent);
  useEffect(() => void loadRecent(), []);
  return (
    <Panel
      title="Recent databases"
      meta={
        <>
          or drop a file anywhere on the window, or press <Kbd keys="Mod+O" />
        </>
      }
      actions={
        <>
          <Button size="sm" icon={<FolderOpen size={12} />} onClick={() => void chooseDatabase()}>
            Open…
          </Button>
          <Button size="sm" icon={<Plus size={12} />} onClick={() => void newDatabase()}>
            New…
          </Button>
        </>
      }
    >
      <ul className={styles.list} aria-label="Recent databases">
        {recent.map(({ fileId, file, name, folder, mode, openedAt, exists, isCurrent }) => (
          <li key={fileId} className={styles.row}>
            <span className={styles.name} title={file}>
              <b>{name}</b>
              <small>{exists ? folder : `${folder} (the file is not there)`}</small>
            </span>
            <span className={styles.mode}>
              {mode === "observe" ? <Eye size={12} /> : <Play size={12} />}
              {MODE_WORDS[mode].word}
            </span>
            <span className={styles.when}>{isCurrent ? "open here" : <RelativeTime at={openedAt} ago />}</span>
            <span className={styles.acts}>
              <Button
                size="sm"
                disabledReason={isCurrent ? "It is open in this window." : exists ? null : "The file is not there."}
                aria-label={`Open ${name}`}
                onClick={() => void askDatabase(fileId)}
              >
                Open…
              </Button>
              <IconButton
                size="sm"
                label={`Take ${name} off the list`}
                disabledReason={isCurrent ? "It is open in this window." : null}
                onClick={() => void forgetDatabase(fileId)}
              >
                <X size={12} />
              </IconButton>
            </span>
          </li>
        ))}
        {recent.length === 0 && <li className={styles.empty}>None yet: databases that you open are listed here.</li>}
      </ul>
    </Panel>
  );
}
