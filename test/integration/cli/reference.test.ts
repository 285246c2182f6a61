import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { cliReference, MARK } from "../../../scripts/lib/cli-reference.mjs";
import { buildHive, makePlace, type Place } from "./hive";

const DOCUMENT = readFileSync(join(import.meta.dirname, "../../../docs/cli.md"), "utf8");

let place: Place;
beforeAll(buildHive, 240_000);
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

interface Node {
  readonly path: string;
  readonly description: string;
  readonly commands: readonly Node[];
}

it("docs/cli.md describes every command as it is (else: node scripts/cli-reference.mjs)", async () => {
  const { code, out } = await place.hive(["completion", "json"]);
  expect(code).toBe(0);
  const [, written = ""] = DOCUMENT.split(MARK);
  expect(written.trim()).toBe(cliReference(JSON.parse(out)).trim());
});

it("every command says what it does", async () => {
  const tree: Node = JSON.parse((await place.hive(["completion", "json"])).out);
  const all = (node: Node): Node[] => [node, ...node.commands.flatMap(all)];
  const commands = all(tree);
  expect(commands.length).toBeGreaterThan(40);
  expect(commands.filter(({ description }) => !/\.$/.test(description)).map(({ path }) => path)).toEqual([]);
});

it("the commands that the document begins with exist", async () => {
  const [text = ""] = DOCUMENT.split(MARK);
  const tree: Node = JSON.parse((await place.hive(["completion", "json"])).out);
  const find = (node: Node, words: readonly string[]): Node | undefined => {
    const [word, ...rest] = words;
    const next = node.commands.find(({ path }) => path === `${node.path} ${word}`);
    return next === undefined ? node : find(next, rest);
  };
  const named = Array.from(text.matchAll(/^hive ([\w -]+)/gm), ([, words = ""]) => words.trim().split(/\s+/));
  expect(named.length).toBeGreaterThan(5);
  for (const words of named) expect(find(tree, words)?.commands, words.join(" ")).toEqual([]);
});
