import { create } from "zustand";
import { BOARD_TABLES, type BoardImportProgress } from "../../../shared/model/board-import";
import { call, messageOf } from "../../api";
import { followToEnd } from "../../follow-to-end";
import { goTo } from "../../location";
import { plural } from "../../ui/format";
import { toast } from "../../ui/toast";

/** The import that goes on; null: none does. */
export const useBoardImport = create<{ readonly running: BoardImportProgress | null }>()(() => ({ running: null }));

/** Asks for a database of The Board, takes it over, and tells what came of it. */
export async function importBoard(): Promise<void> {
  try {
    const begun = await call("boardImport.begin", {});
    if (begun === null) return;
    const last = await followToEnd(begun, {
      isOver: ({ state }) => state !== "running",
      show: (running) => useBoardImport.setState({ running }),
      ask: ({ importId }) => call("boardImport.status", { importId }),
    });
    tell(last);
  } catch (error) {
    toast.error("The Board could not be imported", { description: messageOf(error) });
  } finally {
    useBoardImport.setState({ running: null });
  }
}

/** "2 plans and 9 tasks". */
export function importedWords({ report }: BoardImportProgress): string {
  const { plans, tasks } = report?.rows ?? { plans: null, tasks: null };
  return `${plural(plans?.imported ?? 0, "plan")} and ${plural(tasks?.imported ?? 0, "task")}`;
}

function tell(progress: BoardImportProgress): void {
  const { state, file, error, report } = progress;
  const action = { label: "Show plans", run: () => goTo({ view: "plans", planId: null, taskId: null, tab: null }) };
  if (state === "failed") return void toast.error("The Board could not be imported", { description: error ?? file });
  if (state === "stopped") {
    return void toast.info("Stopped", {
      description: `${importedWords(progress)} were imported and stay. Import again to go on.`,
    });
  }
  const isNew = BOARD_TABLES.some((table) => (report?.rows[table].imported ?? 0) > 0);
  const found = report?.findingCount ?? 0;
  const notes = found === 0 ? "" : ` ${plural(found, "row")} could not be taken over as they are.`;
  toast.success(isNew ? `${importedWords(progress)} imported` : "Nothing new to import", {
    description: `Nothing begins to run by itself.${notes}`,
    action,
  });
}

export async function stopBoardImport(importId: string): Promise<void> {
  try {
    await call("boardImport.stop", { importId });
  } catch (error) {
    toast.error("Could not stop", { description: messageOf(error) });
  }
}
