import { BookOpen } from "lucide-react";
import { useRef } from "react";
import { GUIDE_SECTIONS, guidePlace } from "../../guide-place";
import { goTo } from "../../location";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { useHotkeySheet } from "../../ui/hotkeys";
import { Kbd } from "../../ui/kbd";
import styles from "./dialogs.module.css";
import { closeDialog, useDialogs } from "./dialogs-store";

function readGuide(): void {
  closeDialog();
  goTo(guidePlace(GUIDE_SECTIONS.keys));
}

/** Every key of what is on the screen now. */
export function ShortcutsSheet() {
  const open = useDialogs((state) => state.shown === "shortcuts");
  const close = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      open={open}
      onClose={closeDialog}
      title="Shortcuts"
      description="What the keys do here. Letters rest while you type in a field."
      width={640}
      initialFocus={close}
      footer={
        <>
          <Button icon={<BookOpen size={14} />} keys="F1" onClick={readGuide}>
            User guide
          </Button>
          <Button ref={close} variant="primary" keys="Escape" onClick={closeDialog}>
            Close
          </Button>
        </>
      }
    >
      {open && <Sheet />}
    </Dialog>
  );
}

function Sheet() {
  const groups = useHotkeySheet();
  return (
    <div className={styles.sheet}>
      {groups.map(({ group, hotkeys }) => (
        <section key={group}>
          <h3>{group}</h3>
          <ul>
            {hotkeys.map((hotkey) => (
              <li key={`${hotkey.keys.join()} ${hotkey.label}`}>
                <span>{hotkey.label}</span>
                <span className={styles.keys}>
                  {hotkey.keys.map((keys) => (
                    <Kbd key={keys} keys={keys} />
                  ))}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
