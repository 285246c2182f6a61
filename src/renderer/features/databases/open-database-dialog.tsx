import { Eye, Play } from "lucide-react";
import { useRef, useState } from "react";
import type { DatabaseLook, WindowMode } from "../../../shared/model/database-choice";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { formatBytes } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { closeDatabaseChoice, MODE_WORDS, openDatabase, useDatabases } from "./database-choice";
import styles from "./databases.module.css";

/** Asks how a database is to be opened, and says what each way means. */
export function OpenDatabaseDialog() {
  const look = useDatabases((state) => state.look);
  return look === null ? null : <Choice key={look.fileId} look={look} />;
}

const ICONS = { operate: <Play size={14} />, observe: <Eye size={14} /> } as const;

function Choice({ look }: { readonly look: DatabaseLook }) {
  const { name, kind, problem, operateProblem, lastMode, isCurrent } = look;
  const cannot: Readonly<Record<WindowMode, string | null>> = {
    operate: operateProblem,
    observe: kind === "new" ? "There is nothing to observe yet." : null,
  };
  const [mode, setMode] = useState<WindowMode>(() =>
    lastMode !== null && cannot[lastMode] === null ? lastMode : operateProblem === null ? "operate" : "observe",
  );
  const [isOpening, setIsOpening] = useState(false);
  const confirm = useRef<HTMLButtonElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const off =
    problem ?? cannot[mode] ?? (isCurrent ? "It is open in this window." : isOpening ? "It is being opened." : null);
  const open = async (): Promise<void> => {
    if (off !== null) return;
    setIsOpening(true);
    await openDatabase(look, mode);
    setIsOpening(false);
  };
  useHotkeys({
    group: "Open a database",
    scope: "dialog",
    hotkeys: [{ keys: ["Mod+Enter"], label: "Open it", whileTyping: true, run: () => void open() }],
  });
  return (
    <Dialog
      open
      onClose={closeDatabaseChoice}
      title={kind === "new" ? `Create ${name}` : `Open ${name}`}
      description={factsOf(look)}
      initialFocus={off === null ? confirm : cancel}
      footer={
        <>
          <Button ref={cancel} keys="Escape" onClick={closeDatabaseChoice}>
            Cancel
          </Button>
          <Button ref={confirm} variant="primary" keys="Mod+Enter" disabledReason={off} onClick={() => void open()}>
            {kind === "new" ? "Create it" : MODE_WORDS[mode].word}
          </Button>
        </>
      }
    >
      <fieldset className={styles.modes}>
        <legend className="visually-hidden">How to open it</legend>
        {(["operate", "observe"] as const).map((one) => (
          <label key={one} data-on={mode === one || undefined} data-off={cannot[one] !== null || undefined}>
            <input
              type="radio"
              name="mode"
              checked={mode === one}
              disabled={cannot[one] !== null}
              onChange={() => setMode(one)}
            />
            <b>
              {ICONS[one]} {MODE_WORDS[one].word}
              {lastMode === one && <span>as last time</span>}
            </b>
            <small>{cannot[one] ?? MODE_WORDS[one].says}</small>
          </label>
        ))}
      </fieldset>
      {problem !== null && (
        <p className={styles.problem} data-tone="failed" role="alert">
          {problem}
        </p>
      )}
    </Dialog>
  );
}

function factsOf({ file, kind, bytes }: DatabaseLook): string {
  if (kind === "new") return `${file} does not exist yet.`;
  return bytes === null ? file : `${file}, ${formatBytes(bytes)}`;
}
