import { useEffect } from "react";
import { on } from "../../api";
import { guidePlace } from "../../guide-place";
import { goTo } from "../../location";
import { useHotkeys } from "../../ui/hotkeys";
import { AboutDialog } from "./about-dialog";
import { ActDialog } from "./act-dialog";
import { ClosingDialog } from "./closing-dialog";
import { openAbout, openShortcuts, useDialogs } from "./dialogs-store";
import { followHeldActs } from "./held-acts";
import { ShortcutsSheet } from "./shortcuts-sheet";

/** The dialogs that belong to no view; the shell shows it once. */
export function Dialogs() {
  useEffect(() => {
    const ends = [
      followHeldActs(),
      on("closing", ({ running }) => useDialogs.setState({ closing: running })),
      on("command", ({ name }) => {
        if (name === "about") openAbout();
        if (name === "shortcuts") openShortcuts();
        if (name === "guide") goTo(guidePlace());
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  useHotkeys({ group: "Everywhere", hotkeys: [{ keys: ["?"], label: "Shortcuts", hint: true, run: openShortcuts }] });
  return (
    <>
      <AboutDialog />
      <ShortcutsSheet />
      <ActDialog />
      <ClosingDialog />
    </>
  );
}
