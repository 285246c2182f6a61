import { Menu, type MenuItemConstructorOptions } from "electron";
import type { PushMessages } from "../shared/contract";
import type { Zoom } from "./zoom";

type CommandName = PushMessages["command"]["name"];

export interface MenuOptions {
  readonly send: (command: CommandName) => void;
  readonly zoom: Zoom;
  /** Adds reload and the developer tools. */
  readonly development: boolean;
  readonly revealLog: () => void;
  readonly askForUpdate: () => void;
}

/** The application menu: commands go to the page, roles are the system's. */
export function createMenu({ send, zoom, development, revealLog, askForUpdate }: MenuOptions): Menu {
  const isMac = process.platform === "darwin";
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: "appMenu" } as const] : []),
    {
      label: "&File",
      submenu: [
        { label: "Launch plan…", accelerator: "CmdOrCtrl+N", click: () => send("launch") },
        { label: "Open database…", accelerator: "CmdOrCtrl+O", click: () => send("openDatabase") },
        { label: "New database…", click: () => send("newDatabase") },
        { type: "separator" },
        { label: "Settings…", accelerator: "CmdOrCtrl+,", click: () => send("settings") },
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
        { label: "Actual size", accelerator: "CmdOrCtrl+0", click: () => zoom("reset") },
        { label: "Zoom in", accelerator: "CmdOrCtrl+Plus", click: () => zoom("in") },
        { label: "Zoom out", accelerator: "CmdOrCtrl+-", click: () => zoom("out") },
        { type: "separator" },
        { role: "togglefullscreen" },
      ],
    },
    {
      label: "&Help",
      role: "help",
      submenu: [
        { label: "User guide", accelerator: "F1", registerAccelerator: false, click: () => send("guide") },
        { label: "Keyboard shortcuts", click: () => send("shortcuts") },
        { type: "separator" },
        { label: "Reveal logs", click: revealLog },
        { label: "Check for updates…", click: askForUpdate },
        { type: "separator" },
        { label: "About Hive Console", click: () => send("about") },
      ],
    },
  ];
  return Menu.buildFromTemplate(template);
}
