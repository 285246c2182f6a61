import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { Script } from "node:vm";

/**
 * Begins an installed program: runs the same modules as `index.cjs` does by itself, out of code that was compiled when the
 * package was made and lies in the archive with them. Compiling is most of what they cost at a start.
 */

/** Where the compiled code of a file lies. V8 takes it only from the same V8 and for a text of the same length. */
export const CODE_SUFFIX = ".code";

/** What Node puts around a module. */
const [BEFORE, BEHIND] = ["(function (exports, require, module, __filename, __dirname) { ", "\n});"];

/** Loads a file of the program and what it requires, once each. */
export type Load = (file: string) => unknown;

/** `compiled`: takes each script, before anything in it runs. */
export function createLoader(compiled: (file: string, script: Script) => void = () => undefined): Load {
  const outside = createRequire(__filename);
  const sqlite = join(__dirname, "..", "..", "node_modules", "better-sqlite3", "lib", "index.js");
  const modules = new Map<string, { exports: unknown }>();

  const load: Load = (file) => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const require = (id: string): unknown => {
      if (id === "better-sqlite3") return load(sqlite);
      if (!id.startsWith(".")) return outside(id);
      const path = join(dirname(file), id);
      return load(extname(path) === "" ? `${path}.js` : path);
    };
    const text = `${BEFORE}${readFileSync(file, "utf8")}${BEHIND}`;
    const script = new Script(text, { filename: file, cachedData: codeOf(file) });
    compiled(file, script);
    script.runInThisContext().call(module.exports, module.exports, require, module, file, dirname(file));
    return module.exports;
  };
  return load;
}

/** Undefined: there is none, and the file is compiled anew. */
function codeOf(file: string): Buffer | undefined {
  try {
    return readFileSync(`${file}${CODE_SUFFIX}`);
  } catch {
    return undefined;
  }
}

if (require.main === module) createLoader()(join(__dirname, "index.cjs"));
