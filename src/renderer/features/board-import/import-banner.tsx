import { Import } from "lucide-react";
import { Button } from "../../ui/button";
import styles from "../shell/shell.module.css";
import { importedWords, stopBoardImport, useBoardImport } from "./import-job";

/** While a database of The Board is taken over. */
export function BoardImporting() {
  const { running } = useBoardImport();
  if (running === null) return null;
  return (
    <div className={styles.banner} role="status">
      <Import size={14} />
      <b>Importing from The Board…</b>
      <span className={styles.bannerText} title={running.file}>
        {importedWords(running)} so far
      </span>
      <Button size="sm" onClick={() => void stopBoardImport(running.importId)}>
        Stop
      </Button>
    </div>
  );
}
