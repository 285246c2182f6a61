import { spawnSync } from "node:child_process";
import { ROOT } from "./paths.mjs";
import { hasCommand } from "./system-packages.mjs";

// As in the plan itself: whoever starts it may read this checkout, even if it belongs to somebody else.
const TRUSTED = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" };

function hasHistory(folder) {
  const env = { ...process.env, ...TRUSTED };
  const probe = spawnSync("git", ["cat-file", "-e", "HEAD:./package.json"], { cwd: folder, env, stdio: "ignore" });
  return probe.status === 0;
}

/**
 * The sample plan that can run to its end here: the one on this checkout's history needs git and a history.
 * @returns {{ name: string, because?: string }} a file in resources/plans; why it is not the one on the history
 */
export function chooseSample(folder = ROOT, path = process.env.PATH) {
  if (!hasCommand("git", path)) return { name: "folder-checkup.yaml", because: "git is not installed" };
  if (!hasHistory(folder)) return { name: "folder-checkup.yaml", because: `${folder} has no Git history` };
  return { name: "repository-report.yaml" };
}
