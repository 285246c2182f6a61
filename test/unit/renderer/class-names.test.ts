import { globSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect, it } from "vitest";

const IMPORT = /import (\w+) from "(\.[^"]+\.module\.css)"/g;

const namesIn = (text: string, name: RegExp): Set<string> =>
  new Set([...text.matchAll(name)].map(([, one = ""]) => one));

it("uses every class of a stylesheet, and none that it has not", () => {
  const sheets = new Map(
    globSync("src/renderer/**/*.module.css").map((file) => {
      const rules = readFileSync(file, "utf8").replace(/\/\*.*?\*\/|"[^"]*"|:global\([^)]*\)/gs, "");
      return [resolve(file), { file, has: namesIn(rules, /\.([a-z][\w-]*)/gi), used: new Set<string>() }] as const;
    }),
  );
  const composed = [...sheets.keys()].flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/composes: ([\w ]+) from "(.+?)"/g)].map(([, names = "", path = ""]) => ({
      file,
      path,
      names: names.split(" "),
    })),
  );
  const read = globSync("src/renderer/**/*.{ts,tsx}").flatMap((file) => {
    const source = readFileSync(file, "utf8");
    return [...source.matchAll(IMPORT)].map(([, styles, path = ""]) => {
      return { file, path, names: [...namesIn(source, new RegExp(`(?<!/)\\b${styles}\\.(\\w+)`, "g"))] };
    });
  });
  const missing = [...composed, ...read].flatMap(({ file, path, names }) => {
    const sheet = sheets.get(resolve(dirname(file), path));
    for (const name of names) sheet?.used.add(name);
    return names.filter((name) => sheet?.has.has(name) !== true).map((name) => `${file}: ${name}`);
  });
  expect(missing, "used, and in no stylesheet").toEqual([]);
  const unused = [...sheets.values()].flatMap(({ file, has, used }) =>
    [...has].filter((name) => !used.has(name)).map((name) => `${file}: ${name}`),
  );
  expect(unused, "in a stylesheet, and used by nothing").toEqual([]);
});
