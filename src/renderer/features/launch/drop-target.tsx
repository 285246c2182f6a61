import { FileUp } from "lucide-react";
import { useEffect, useState } from "react";
import { messageOf, nameFile } from "../../api";
import { toast } from "../../ui/toast";
import { takeDroppedDatabase } from "../databases/database-choice";
import styles from "./drop-target.module.css";
import { openKnownFile } from "./launch-store";

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") === true;

async function take(files: readonly File[]): Promise<void> {
  const [file] = files;
  if (file === undefined) return;
  const fileId = await nameFile(file);
  if (fileId === null) {
    toast.error(`${file.name} is not a file on this computer`, { description: "Save it first, then drop it here." });
    return;
  }
  try {
    if (await takeDroppedDatabase(fileId, file.name)) return;
  } catch (error) {
    toast.error(`${file.name} could not be looked at`, { description: messageOf(error) });
    return;
  }
  if (files.length > 1)
    toast.info(`Opening ${file.name}`, { description: "One plan at a time: the others were left." });
  await openKnownFile(fileId);
}

/** Plan files may be dropped anywhere on the window. */
export function DropTarget() {
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    // Entering a child comes before leaving its parent, so what is entered is counted.
    let depth = 0;
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      depth += 1;
      setIsOver(true);
    };
    const exit = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setIsOver(false);
    };
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    };
    const drop = (event: DragEvent): void => {
      depth = 0;
      setIsOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      void take([...(event.dataTransfer?.files ?? [])]);
    };
    const listeners: ReadonlyArray<readonly ["dragenter" | "dragleave" | "dragover" | "drop", typeof enter]> = [
      ["dragenter", enter],
      ["dragleave", exit],
      ["dragover", over],
      ["drop", drop],
    ];
    for (const [name, listener] of listeners) window.addEventListener(name, listener, true);
    return () => {
      for (const [name, listener] of listeners) window.removeEventListener(name, listener, true);
    };
  }, []);
  if (!isOver) return null;
  return (
    <div className={styles.target} role="status">
      <span>
        <FileUp size={20} aria-hidden="true" />
        Drop a plan file to see what it would do, or a database to open it
        <small>YAML or JSON, or a Hive database. Nothing is launched or changed yet.</small>
      </span>
    </div>
  );
}
