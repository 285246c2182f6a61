import { Eye, Play } from "lucide-react";
import { Button } from "../../ui/button";
import { formatBytes } from "../../ui/format";
import { Panel } from "../../ui/panel";
import { askMode, MODE_WORDS } from "../databases/database-choice";
import { useApp } from "../shell/app-store";
import { MODE_KEY } from "../shell/mode-switch";
import styles from "./settings.module.css";

/** This window's database: how it is open, what that means, and the way to the other. */
export function CurrentDatabase() {
  const info = useApp((state) => state.info);
  const runner = useApp((state) => state.runner);
  if (info === null) return null;
  const { database } = info;
  const other = database.mode === "observe" ? "operate" : "observe";
  const dispatcher = runner?.dispatcher ?? null;
  const starts = runner?.dispatching
    ? "This window starts its tasks."
    : dispatcher === null
      ? "Nobody starts its tasks at the moment."
      : `${dispatcher.program} (process ${dispatcher.pid} on ${dispatcher.host}) starts its tasks.`;
  return (
    <Panel
      title={database.name}
      meta={database.file}
      actions={
        <Button
          size="sm"
          icon={other === "observe" ? <Eye size={12} /> : <Play size={12} />}
          keys={MODE_KEY}
          onClick={() => askMode(other)}
        >
          {MODE_WORDS[other].word}
        </Button>
      }
    >
      <dl className={styles.card}>
        <div>
          <dt>Open to</dt>
          <dd>
            <b>{MODE_WORDS[database.mode].word}</b> {MODE_WORDS[database.mode].says}
          </dd>
        </div>
        <div>
          <dt>Tasks</dt>
          <dd>{starts}</dd>
        </div>
        <div>
          <dt>File</dt>
          <dd>
            Schema {database.schemaVersion}, SQLite {database.sqliteVersion}, WAL {formatBytes(database.walBytes)}
          </dd>
        </div>
      </dl>
    </Panel>
  );
}
