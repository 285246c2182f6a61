import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesTopic } from "../../../src/shared/model/topic";

const PYTHON = `
import fnmatch, json, sys
print(json.dumps([fnmatch.fnmatchcase(topic, pattern) for pattern, topic in json.load(sys.stdin)]))
`;

test("patterns mean what they mean to Python", () => {
  const letters = (set: string, most: number) =>
    fc.array(fc.constantFrom(...set), { maxLength: most }).map((characters) => characters.join(""));
  const pairs = fc.sample(fc.tuple(letters("ab.*?[]!-", 10), letters("ab.[]!-", 8)), { numRuns: 5_000, seed: 7 });
  const answers: unknown = JSON.parse(
    execFileSync("python3", ["-c", PYTHON], { input: JSON.stringify(pairs), encoding: "utf8" }),
  );
  expect(pairs.map(([pattern, topic]) => matchesTopic(pattern, topic))).toEqual(answers);
});
