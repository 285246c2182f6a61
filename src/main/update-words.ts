import { type BrowserWindow, clipboard, dialog } from "electron";
import type { Update, UpdateOutcome } from "./updates";

/** Tells of a newer version. Nothing is fetched or opened: where it is had can be copied. */
export async function tellOfUpdate(window: BrowserWindow, { version, page }: Update): Promise<void> {
  if (window.isDestroyed()) return;
  const { response } = await dialog.showMessageBox(window, {
    type: "info",
    message: `Hive Console ${version} is out`,
    detail: page === null ? "Nothing was fetched." : `Nothing was fetched. It is told about here:\n\n${page}`,
    buttons: page === null ? ["Close"] : ["Close", "Copy the address"],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  if (response === 1 && page !== null) clipboard.writeText(page);
}

/** Answers who asked for it by hand. `version`: of this program. */
export async function tellOutcome(
  window: BrowserWindow,
  outcome: UpdateOutcome | null,
  version: string,
): Promise<void> {
  if (outcome?.kind === "newer") return tellOfUpdate(window, outcome.update);
  if (window.isDestroyed()) return;
  const words: Readonly<Record<"current" | "failed" | "unset", readonly [string, string]>> = {
    current: [`Hive Console ${version} is the latest version`, ""],
    failed: ["Nobody could say which version is the latest", outcome?.kind === "failed" ? `${outcome.why}.` : ""],
    unset: ["No address is set", "Settings › Updates says whom to ask for newer versions. Nobody is asked by default."],
  };
  const [message, detail] = words[outcome?.kind ?? "unset"];
  await dialog.showMessageBox(window, { type: "info", message, detail, buttons: ["Close"], noLink: true });
}
