import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { logFile } from "./paths.mjs";
import { StepError } from "./report.mjs";
import { ensureSystemParts, hasCommand } from "./system-packages.mjs";

const XVFB_START_MS = 20_000;

/** Whether a window can be shown. */
export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Starts a display without a screen on a number that the X server itself finds free.
 * @returns {Promise<{ display: string, stop: () => void }>} e.g. ":1"
 */
export async function startXvfb(screen = "1920x1080x24") {
  await ensureSystemParts(["xvfb"], "A window without a display");
  const log = logFile("xvfb");
  const output = openSync(log, "a");
  const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", screen, "-nolisten", "tcp", "-noreset"], {
    stdio: ["ignore", output, output, "pipe"],
  });
  closeSync(output);
  const stop = () => server.kill("SIGTERM");
  process.on("exit", stop);
  const number = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new StepError(`The virtual display (Xvfb) did not start: ${why}.`, { log }));
    const timer = setTimeout(() => fail(`no answer within ${XVFB_START_MS / 1000} s`), XVFB_START_MS);
    let text = "";
    server.stdio[3].on("data", (chunk) => {
      text += chunk;
      if (!text.includes("\n")) return;
      clearTimeout(timer);
      resolve(text.trim());
    });
    server.on("error", (error) => fail(error.message));
    server.on("exit", (code, signal) => fail(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  return { display: `:${number}`, stop };
}

/**
 * Why Chromium's sandbox cannot work for this user, or undefined when it can: it needs either user namespaces or its
 * helper set up as root.
 */
export function sandboxProblem(executable) {
  if (process.platform !== "linux") return undefined;
  if (process.getuid() === 0) return "you are root";
  const helper = statSync(join(dirname(executable), "chrome-sandbox"), { throwIfNoEntry: false });
  if (helper?.uid === 0 && (helper.mode & 0o4000) !== 0) return undefined;
  if (!hasCommand("unshare")) return undefined;
  const probe = spawnSync("unshare", ["--user", "--map-root-user", "true"], { stdio: "ignore", timeout: 5_000 });
  return probe.status === 0 ? undefined : "this system denies user namespaces";
}
