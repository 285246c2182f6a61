import { app, utilityProcess } from "electron";
import type { ExplorerProcess } from "./client";
import { readResident } from "./resident";

const KILOBYTE = 1_024;

/** Starts the explorer as a process of Electron's. `file`: the built entry. */
export function forkUtility(file: string): ExplorerProcess {
  const child = utilityProcess.fork(file, [], { serviceName: "Hive Console explorer", stdio: "ignore" });
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on("message", listener),
    onExit: (listener) => void child.once("exit", listener),
    kill: () => void child.kill(),
    memory: async () => memoryOf(child.pid),
  };
}

/** On Linux the kernel tells at once; elsewhere Electron does. */
async function memoryOf(pid: number | undefined): Promise<number | null> {
  if (pid === undefined) return null;
  const told = await readResident(pid);
  if (told !== null) return told;
  const metric = app.getAppMetrics().find((candidate) => candidate.pid === pid);
  return metric === undefined ? null : metric.memory.workingSetSize * KILOBYTE;
}
