import { existsSync } from "node:fs";
import { delimiter, sep } from "node:path";

const INSIDE_MODULES = `${sep}node_modules${sep}.bin`;

/**
 * How to run npm: the one that runs this script, else the one in PATH.
 * @returns {[command: string, firstArguments: string[]]}
 */
export function npmCommand(env = process.env) {
  const cli = env.npm_execpath;
  if (cli && /npm-cli\.c?js$/.test(cli) && existsSync(cli)) {
    const node = env.npm_node_execpath;
    return [node && existsSync(node) ? node : process.execPath, [cli]];
  }
  return [process.platform === "win32" ? "npm.cmd" : "npm", []];
}

/** The environment for an npm that replaces node_modules: its own Node must not be found in there. */
export function npmEnvironment(env = process.env) {
  const path = (env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes(INSIDE_MODULES));
  return { ...env, PATH: path.join(delimiter) };
}
