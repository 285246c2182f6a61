import { Menu, type MenuItemConstructorOptions } from "electron";
import type { PushMessages } from "../shared/contract";

type CommandName = PushMessages["command"]["name"];

export interface MenuOptions {
  readonly send: (command: CommandName) => void;
  /** Adds reload and the developer tools. */
  readonly development: boolean;
}

/** The application menu: commands go to the page, roles are the system's. */
export function createMenu({ send, development }: MenuOptions): Menu {
  const isMac = process.platform === "darwin";
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: "appMenu" } as const] : []),
    {
      label: "&File",
      submenu: [
        { label: "Launch plan…", accelerator: "CmdOrCtrl+N", click: () => send("launch") },
        { type: "separator" },
        { role: isMac ? "close" : "quit" },
      ],
    },
    { role: "editMenu" },
    {
      label: "&View",
      submenu: [
        ...(development
          ? ([{ role: "reload" }, { role: "toggleDevTools" }, { type: "separator" }] as const)
          : ([] as const)),
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        { type: "separator" },
        { role: "togglefullscreen" },
      ],
    },
    {
      label: "&Help",
      role: "help",
      submenu: [
        { label: "Keyboard shortcuts", click: () => send("shortcuts") },
        { label: "About Hive Console", click: () => send("about") },
      ],
    },
  ];
  return Menu.buildFromTemplate(template);
}
