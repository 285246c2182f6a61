import type { OperationInput } from "../../../shared/contract";
import { call, messageOf } from "../../api";
import { guidePlace } from "../../guide-place";
import { goTo } from "../../location";
import type { Hotkey } from "../../ui/hotkeys";
import { toast } from "../../ui/toast";
import { chooseDatabase } from "../databases/database-choice";

async function zoom(change: OperationInput<"app.zoom">["change"]): Promise<void> {
  try {
    await call("app.zoom", { change });
  } catch (error) {
    toast.error("The size could not be changed", { description: messageOf(error) });
  }
}

/** Keys of the window itself, the same wherever one is. */
export const WINDOW_KEYS: readonly Hotkey[] = [
  { keys: ["Alt+ArrowLeft"], label: "Back to what was shown before", run: () => history.back() },
  { keys: ["Alt+ArrowRight"], label: "Forward again", run: () => history.forward() },
  { keys: ["F1"], label: "User guide", whileTyping: true, run: () => goTo(guidePlace()) },
  { keys: ["Mod+O"], label: "Open a database", whileTyping: true, run: () => void chooseDatabase() },
  { keys: ["Mod++", "Mod+="], label: "Zoom in", whileTyping: true, run: () => void zoom("in") },
  { keys: ["Mod+-"], label: "Zoom out", whileTyping: true, run: () => void zoom("out") },
  { keys: ["Mod+0"], label: "Actual size", whileTyping: true, run: () => void zoom("reset") },
];
