import { expect, test } from "vitest";
import { createRedactor } from "../../../src/main/core/store/redact";

test("known secrets are written over wherever they stand, in JSON as well", () => {
  const redactor = createRedactor(['say "x"', "hunter2"]);
  expect(redactor.text('it said say "x" and hunter2')).toBe("it said *** and ***");
  expect(JSON.parse(redactor.text(JSON.stringify({ note: 'say "x"!' })))).toEqual({ note: "***!" });
  expect(redactor.hidden()).toBe(3);
  const piece = Buffer.from("a hunter2 b");
  redactor.bytes(piece);
  expect(piece.toString()).toBe("a ******* b");
  expect(redactor.longest).toBe(9);
});

test("what stands under a key that is called like a secret is written over, and nothing else is", () => {
  const redactor = createRedactor([]);
  const given = {
    env: { API_TOKEN: "abc", LANG: "C", apiKey: "k", "x-api-key": "y" },
    headers: [{ Authorization: "Bearer z" }],
    password: "",
    token_count: 7,
    tokens: ["stay"],
    author: "ada",
    monkey: "stays",
  };
  expect(JSON.parse(redactor.text(JSON.stringify(given)))).toEqual({
    ...given,
    env: { API_TOKEN: "***", LANG: "C", apiKey: "***", "x-api-key": "***" },
    headers: [{ Authorization: "***" }],
  });
  const plain = '{"note": "no secret in here",  "a": 1}';
  expect(redactor.text(plain)).toBe(plain);
  expect(redactor.text("{broken password")).toBe("{broken password");
  expect(createRedactor([]).longest).toBe(0);
});
