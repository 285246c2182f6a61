import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { DISK_FULL, progressLine, StepError, say } from "./report.mjs";

const SHOWN_LINES = 25;
const SAYS_DISK_FULL = /\bENOSPC\b|no space left on device/i;
/** Whether a child can lead a process group of its own, which is then ended as a whole. */
export const OWN_GROUP = process.platform !== "win32";
const running = new Set();

/** Sends a signal to a detached child and everything it has started; nothing happens when it is gone already. */
export function killGroup(child, signal) {
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/** Ends every command started by runLogged, with its children. Commands run in groups of their own, so ^C misses them. */
export function endRunningCommands() {
  for (const child of running) killGroup(child, "SIGTERM");
}

process.on("exit", endRunningCommands);

/**
 * Runs a command to its end with all output in a log file.
 * @param {string} command
 * @param {string[]} args
 * @param {{ what: string, log: string, timeoutMs: number, cwd?: string, env?: object, label?: string, todo?: string,
 *   onLine?: (line: string) => string | undefined, errorLine?: RegExp }} options `what` names the step in messages;
 *   `label` shows progress, with the text that `onLine` last returned; a failure shows the first lines matching
 *   `errorLine`, else the last lines.
 * @returns {Promise<string>} the command's stdout
 * @throws {StepError} when the command cannot start, fails, or takes longer than `timeoutMs`
 */
export function runLogged(command, args, { what, log, timeoutMs, cwd, env, label, todo, onLine, errorLine }) {
  return new Promise((resolve, reject) => {
    const file = createWriteStream(log, { flags: "a" });
    // The command matters more than its log; what is shown of a failure is kept in memory too.
    file.on("error", (error) => say(`The log ${log} cannot be written: ${error.message}`));
    file.write(`\n# ${new Date().toISOString()} ${[command, ...args].join(" ")}\n`);
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: OWN_GROUP,
      windowsHide: true,
    });
    running.add(child);
    const progress = label ? progressLine(label) : undefined;
    let state = "working";
    const ticker = progress ? setInterval(() => progress.update(state), 1000) : undefined;
    const tail = [];
    const errors = [];
    let stdout = "";
    let timedOut = false;
    let diskFull = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child, "SIGKILL");
    }, timeoutMs);
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        file.write(`${line}\n`);
        tail.push(line);
        diskFull ||= SAYS_DISK_FULL.test(line);
        if (tail.length > SHOWN_LINES) tail.shift();
        if (errorLine?.test(line) && errors.length < SHOWN_LINES) errors.push(line);
        state = onLine?.(line) ?? state;
      });
    }
    const finish = (error) => {
      clearTimeout(timer);
      clearInterval(ticker);
      running.delete(child);
      const settle = () => {
        if (error) progress?.abandon();
        else progress?.done("done");
        if (error) reject(error);
        else resolve(stdout);
      };
      if (file.destroyed) settle();
      else file.end(settle);
    };
    child.on("error", (error) => finish(new StepError(`${what} could not start: ${error.message}.`, { log, todo })));
    child.on("close", (code, signal) => {
      if (code === 0) return finish();
      const limit = `was stopped after ${Math.round(timeoutMs / 1000)} s without an end`;
      const end = timedOut ? limit : `failed with ${signal ? `signal ${signal}` : `exit code ${code}`}`;
      const shown = (errors.length > 0 ? errors : tail).join("\n");
      finish(new StepError(`${what} ${end}.`, { log, todo: diskFull ? DISK_FULL : todo, tail: shown }));
    });
  });
}

/** Makes ^C and SIGTERM end this process and whatever runLogged has started. */
export function endOnSignals() {
  process.on("SIGINT", () => process.exit(130));
  process.on("SIGTERM", () => process.exit(143));
}
