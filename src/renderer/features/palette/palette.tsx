import { Dialog } from "@base-ui/react/dialog";
import { useEffect } from "react";
import { holdKeys, useHotkeys } from "../../ui/hotkeys";
import styles from "./palette.module.css";
import { PaletteBody } from "./palette-body";
import { closePalette, openPalette, startPalette, usePalette } from "./palette-store";
import { SEARCHED } from "./query";

/** One field that goes to anything and does anything; the shell shows it once. */
export function Palette() {
  const isOpen = usePalette((state) => state.isOpen);
  useEffect(startPalette, []);
  useEffect(() => (isOpen ? holdKeys() : undefined), [isOpen]);
  useHotkeys({
    group: "Everywhere",
    hotkeys: [
      {
        keys: ["Mod+K"],
        label: "Search and commands",
        hint: { keys: ["Mod+K"], label: "Commands" },
        whileTyping: true,
        run: openPalette,
      },
    ],
  });
  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => (next ? openPalette() : closePalette())}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.scrim} />
        <Dialog.Viewport className={styles.viewport}>
          <Dialog.Popup className={styles.popup}>
            <Dialog.Title className="visually-hidden">{SEARCHED}</Dialog.Title>
            {isOpen && <PaletteBody />}
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
