import { Copy } from "lucide-react";
import { useRef } from "react";
import type { AppInfo } from "../../../shared/model/views";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { toast } from "../../ui/toast";
import { useApp } from "../shell/app-store";
import styles from "./dialogs.module.css";
import { closeDialog, useDialogs } from "./dialogs-store";

/** What runs here, for a person who asks for help. */
export function AboutDialog() {
  const open = useDialogs((state) => state.shown === "about");
  const info = useApp((state) => state.info);
  const close = useRef<HTMLButtonElement>(null);
  const facts = info === null ? [] : factsOf(info);
  return (
    <Dialog
      open={open}
      onClose={closeDialog}
      title="Hive Console"
      description={info === null ? "The console's own process has not answered yet." : `Version ${info.version}`}
      width={480}
      initialFocus={close}
      footer={
        <>
          <Button icon={<Copy size={14} />} onClick={() => void copy(facts)}>
            Copy details
          </Button>
          <Button ref={close} variant="primary" keys="Escape" onClick={closeDialog}>
            Close
          </Button>
        </>
      }
    >
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function factsOf(info: AppInfo): ReadonlyArray<readonly [string, string]> {
  const { versions, database } = info;
  return [
    ["Runtime", `Electron ${versions.electron}${info.runtime === "fallback" ? ", the fallback for this machine" : ""}`],
    ["Chromium", versions.chrome],
    ["Node", versions.node],
    ["SQLite", versions.sqlite],
    ["System", info.platform],
    ["Database", database.file],
    ["Schema", `${database.schemaVersion}, open to ${database.mode}`],
  ];
}

async function copy(facts: ReadonlyArray<readonly [string, string]>): Promise<void> {
  try {
    await navigator.clipboard.writeText(facts.map(([name, value]) => `${name}: ${value}`).join("\n"));
    toast.success("Copied the details");
  } catch {
    toast.error("Could not copy", { description: "The window has no access to the clipboard." });
  }
}
