import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fetchSecrets } from "../../../src/cli/secret-parameters";
import { parsePlan } from "../../../src/main/core/plan/parse";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hive-secret-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = `
title: x
parameters: { token: { type: secret }, other: { type: secret, required: false }, word: { type: string } }
subtasks: [{ id: a, agent: noop }]
`;

async function fetched(given: Readonly<Record<string, string>>, environment: Record<string, string> = {}) {
  const { definition } = parsePlan(text, { fileName: "plan.yaml" });
  if (!definition) throw new Error("unsound");
  const { given: values, findings } = await fetchSecrets(definition, given, environment);
  return { values, findings: findings.map(({ severity, message }) => `${severity}: ${message}`) };
}

describe("a secret on a command line", () => {
  it("is fetched from a variable or a file; what is no secret stays as it is written", async () => {
    const path = join(folder, "key");
    writeFileSync(path, "line 1\nline 2\n");
    const given = { token: "@env:TOKEN", other: `@file:${path}`, word: "@env:TOKEN" };
    const { values, findings } = await fetched(given, { TOKEN: "tk=1 @env:X" });
    expect(values).toEqual({ token: "tk=1 @env:X", other: "line 1\nline 2", word: "@env:TOKEN" });
    expect(findings).toEqual([]);
  });

  it("that is not where it should be is an error that says where it was looked for", async () => {
    const path = join(folder, "none");
    const { values, findings } = await fetched(
      { token: "@env:TOKEN", other: `@file:${path}`, word: "w" },
      { TOKEN: "" },
    );
    expect(values).toEqual({ word: "w" });
    expect(findings[0]).toBe(
      'error: Parameter "token" is to come from the environment variable TOKEN, which is not set.',
    );
    expect(findings[1]).toContain(path);
  });

  it("itself is taken, with a warning that does not repeat it", async () => {
    const { values, findings } = await fetched({ token: "tk_open" });
    expect(values).toEqual({ token: "tk_open" });
    expect(findings).toEqual([
      'warning: The secret "token" stands on the command line, where others see it: write token=@env:VARIABLE or token=@file:PATH instead.',
    ]);
  });
});
