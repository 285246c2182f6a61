import { utilityProcess } from "electron";
import type { ExplorerProcess } from "./client";

/** Starts the explorer as a process of Electron's. `file`: the built entry. */
export function forkUtility(file: string): ExplorerProcess {
  const child = utilityProcess.fork(file, [], { serviceName: "Hive Console explorer", stdio: "ignore" });
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on("message", listener),
    onExit: (listener) => void child.once("exit", listener),
    kill: () => void child.kill(),
  };
}
