import { Eye, Play } from "lucide-react";
import type { WindowMode } from "../../../shared/model/database-choice";
import { useHotkeys } from "../../ui/hotkeys";
import { Segmented } from "../../ui/segmented";
import { askMode } from "../databases/database-choice";
import { useApp } from "./app-store";
import styles from "./shell.module.css";

export const MODE_KEY = "Mod+Shift+O";

const OPTIONS = [
  {
    value: "observe",
    tip: "Observe",
    label: (
      <>
        <Eye size={12} /> <span className={styles.modeWord}>Observe</span>
      </>
    ),
  },
  {
    value: "operate",
    tip: "Operate",
    label: (
      <>
        <Play size={12} className={styles.modeIcon} /> <span className={styles.modeWord}>Operate</span>
      </>
    ),
  },
] as const;

/** How this window's database is open, and the way to the other. */
export function ModeSwitch() {
  const mode = useApp((state) => state.info?.database.mode);
  const other: WindowMode = mode === "observe" ? "operate" : "observe";
  useHotkeys({
    group: "Everywhere",
    hotkeys: [
      { keys: [MODE_KEY], label: `Switch to ${other}`, disabled: mode === undefined, run: () => askMode(other) },
    ],
  });
  if (mode === undefined) return null;
  return <Segmented<WindowMode> label="How it is open" isFramed options={OPTIONS} value={mode} onChange={askMode} />;
}
