import { describe, expect, it } from "vitest";
import { redactLine, secretValues } from "../../../src/main/redact-line";

describe("secretValues", () => {
  it("are those of variables that are called like a secret, and long enough to be one", () => {
    const environment = {
      OPENAI_API_KEY: "sk-long-enough",
      DB_PASSWORD: "correct horse",
      GITHUB_TOKEN: "ghp_something",
      EMPTY_SECRET: "",
      SHORT_TOKEN: "yes",
      HOME: "/home/ada",
      UNSET_SECRET: undefined,
    };
    expect(secretValues(environment)).toEqual(["sk-long-enough", "correct horse", "ghp_something"]);
  });
});

describe("redactLine", () => {
  it.each([
    ["known ones, the longest first", "a correct horse battery b correct horse", "a *** b ***"],
    ["a header", "Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"],
    ["a bearer by itself", "sent bearer abcdefgh1234", "sent bearer ***"],
    ["an address with a password", "redis://user:pa55@host:6379/0", "redis://user:***@host:6379/0"],
    ["an address without a user", "redis://:pa55@host", "redis://:***@host"],
    ["JSON", '{"apiKey":"abc","name":"x"}', '{"apiKey":"***","name":"x"}'],
    ["a query", "https://x/y?token=abc&page=2", "https://x/y?token=***&page=2"],
    ["a variable", "LLM_PASSWORD=hunter2 next", "LLM_PASSWORD=*** next"],
    ["a key by its form", "refused sk-abcdefghijklmnop", "refused ***"],
  ])("hides %s", (_what, text, shown) => {
    expect(redactLine(text, ["correct horse", "correct horse battery"])).toBe(shown);
  });

  it("leaves everything else as it is", () => {
    const text = "Error: SQLITE_BUSY at /home/ada/hive.db (token count 12) http://127.0.0.1:11434/v1";
    expect(redactLine(text, ["abc"])).toBe(text);
  });
});
