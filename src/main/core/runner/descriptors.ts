import { closeSync, openSync, readdirSync } from "node:fs";

type Entry = "ignore" | "pipe" | number;

/**
 * Calls `start` with `stdio`, lengthened so that the new process gets no descriptor but these. Node's own close
 * by themselves; Electron's do not: Chromium leaves the sockets of its pages and of the display, its databases
 * and its stderr open to whatever main starts. Nothing in JavaScript can mark them, so each is covered with
 * /dev/null in the child. Elsewhere than in Electron on Linux nothing leaks, and `stdio` stays as it is.
 */
export function withoutLeaks<Started>(stdio: readonly Entry[], start: (stdio: Entry[]) => Started): Started {
  if (process.platform !== "linux" || !("electron" in process.versions)) return start([...stdio]);
  const nothing = openSync("/dev/null", "r+");
  try {
    const covered: Entry[] = [...stdio];
    for (const name of readdirSync("/proc/self/fd")) {
      const descriptor = Number(name);
      while (covered.length <= descriptor) covered.push("ignore");
      if (descriptor >= stdio.length) covered[descriptor] = nothing;
    }
    return start(covered);
  } finally {
    closeSync(nothing);
  }
}
