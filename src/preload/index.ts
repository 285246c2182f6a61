import { contextBridge, ipcRenderer, webUtils } from "electron";
import { CHANNELS, GROUND_ARGUMENT } from "../shared/channels";
import type { PushMessages, PushName } from "../shared/contract";
import type { HiveBridge } from "./bridge";

type Listeners = { [Name in PushName]: Set<(message: PushMessages[Name]) => void> };

const listeners: Listeners = {
  patch: new Set(),
  log: new Set(),
  forecast: new Set(),
  closing: new Set(),
  held: new Set(),
  trouble: new Set(),
  command: new Set(),
  notifications: new Set(),
};

function deliver<Name extends PushName>(name: Name, message: PushMessages[Name]): void {
  for (const listener of listeners[name]) listener(message);
}

ipcRenderer.on(CHANNELS.push, (_event, name: PushName, message: PushMessages[PushName]) => deliver(name, message));

const ground = process.argv.find((argument) => argument.startsWith(GROUND_ARGUMENT))?.slice(GROUND_ARGUMENT.length);

const bridge: HiveBridge = {
  ground: ground === "light" ? "light" : "dark",
  call: (name, input) => ipcRenderer.invoke(CHANNELS.call, name, input),
  on(name, listener) {
    listeners[name].add(listener);
    return () => {
      listeners[name].delete(listener);
    };
  },
  // Only a file that a person dropped or chose has a path: one that a script made has none.
  nameFile: (file) => ipcRenderer.invoke(CHANNELS.drop, webUtils.getPathForFile(file)),
};

contextBridge.exposeInMainWorld("hive", bridge);
