import { spawn } from "node:child_process";
import { constants } from "node:os";

const ECHO_MS = 500;
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The exit code that a shell would show. */
export function exitCode(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0);
}

/**
 * Runs a command as the one that this script stands for, until it ends.
 *
 * Each signal must reach it once: Electron and the hive command both take a second one as "now, without cleaning up".
 * A command with its own process group gets it from here only. One that shares the terminal has ^C from the terminal
 * already, so SIGINT is passed on only when there is no terminal that could have sent it. npm repeats the terminal's
 * signals, so a second one at the same moment counts as the first.
 * @param {{ ownGroup: boolean, onStart?: (child: import("node:child_process").ChildProcess) => void }} options and
 *   those of spawn
 * @returns {Promise<number>} its exit code, 128 + number for a signal
 */
export function runForeground(command, args, { ownGroup, onStart, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", ...options, detached: ownGroup });
    onStart?.(child);
    const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
    const handlers = FORWARDED.map((signal) => {
      let last = 0;
      const handler = () => {
        const isEcho = Date.now() - last < ECHO_MS;
        last = Date.now();
        if (!isEcho && (signal !== "SIGINT" || ownGroup || !atTerminal)) child.kill(signal);
      };
      process.removeAllListeners(signal);
      process.on(signal, handler);
      return [signal, handler];
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler);
      resolve(exitCode(code, signal));
    });
  });
}
