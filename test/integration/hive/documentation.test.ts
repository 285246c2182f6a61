import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../../src/shared/errors";
import { hiveContract } from "../../../src/shared/hive-contract";
import { createTaskInput, queuedTasksInput, registerWorkerInput } from "../../../src/shared/hive-input";
import { buildHive, makePlace, type Place } from "../cli/hive";
import { openClient } from "./client";

const TEXT = readFileSync(join(import.meta.dirname, "../../../docs/operations.md"), "utf8");
const sections = new Map(
  TEXT.split(/^### /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf("\n")), section.split(/^## /m)[0] ?? ""]),
);
const examples = [...sections].flatMap(([name, section]) =>
  [...section.matchAll(/```js example\n([\s\S]*?)```/g)].map((match) => [name, match[1] ?? ""] as const),
);
const places = [...TEXT.matchAll(/^\| `(\w+)` \| (?:`(\w+)` )?\| `([\w.]+)` \| `(hive [\w -]+)` \|$/gm)].map(
  ([, method, alias, operation, command]) => ({ method, alias, operation, command }),
);

/** What the code gives where the caller gives only what is required. */
const DEFAULTS: ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> = [
  ["createTask", createTaskInput.parse({ title: "x", taskType: "x" })],
  ["getQueuedTasks", queuedTasksInput.parse({})],
  ["registerWorker", registerWorkerInput.parse({ workerId: "x", role: "x" })],
];

describe("the reference of the operations", () => {
  it("has an example for every method of the client", async () => {
    const { client } = await openClient();
    const elsewhere = ["listEvents", "listAudit", "bus", "board"];
    const named = [...sections.keys(), ...places.map(({ alias }) => alias)];
    expect(named.filter(Boolean).toSorted()).toEqual(
      Object.keys(client)
        .filter((name) => !elsewhere.includes(name))
        .toSorted(),
    );
    for (const name of elsewhere) expect(TEXT).toContain(`\`client.${name}\``);
    for (const name of sections.keys()) expect(examples.map(([owner]) => owner)).toContain(name);
    for (const { alias } of places)
      if (alias) expect(TEXT).toMatch(new RegExp(`\`${alias}(\\(.*?\\))?\` is\\s+the same`));
  });

  it.each(examples)("%s: its example does what it says", async (_name, code) => {
    const { client, foreign } = await openClient();
    const python = (sql: string) =>
      foreign
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }));
    const run = new Function("client", "assert", "python", `return (async () => {${code}})();`);
    await run(client, assert, python);
  });

  it("names every operation of the contract once", () => {
    expect(places.map(({ operation }) => operation).toSorted()).toEqual(Object.keys(hiveContract).toSorted());
    expect(places.map(({ method }) => method)).toEqual([...sections.keys()].filter((name) => name !== "close"));
  });

  it.each(DEFAULTS)("%s: its table has the defaults of the code", (name, defaults) => {
    const rows = [...(sections.get(name) ?? "").matchAll(/^\| `(\w+)` \| (.+) \|$/gm)];
    expect(rows.length).toBeGreaterThan(1);
    for (const [, field = "", shown = ""] of rows) {
      const value = /^`(.*)`$/.exec(shown)?.[1];
      if (value !== undefined)
        expect({ field, default: JSON.parse(value) }).toEqual({ field, default: defaults[field] });
      else if (shown !== "required") expect({ field, default: defaults[field] }).toEqual({ field, default: undefined });
    }
    for (const field of Object.keys(defaults)) expect(rows.map((row) => row[1])).toContain(field);
  });

  it("names no error code that does not exist", () => {
    const known: readonly string[] = ERROR_CODES;
    const codes = [...TEXT.matchAll(/`((?:invalid|not|illegal|database|disk|shutting)_\w+)`/g)].map(
      (match) => match[1],
    );
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !known.includes(code ?? ""))).toEqual([]);
  });
});

describe("the commands that it names", () => {
  let place: Place;
  beforeAll(buildHive, 300_000);
  beforeEach(() => {
    place = makePlace();
  });
  afterEach(() => place.remove());

  it("exist", async () => {
    for (const command of new Set(places.map((row) => row.command ?? ""))) {
      const { code, out } = await place.hive([...command.split(" ").slice(1), "--help"]);
      expect({ command, code }).toEqual({ command, code: 0 });
      expect(out).toContain(`Usage: ${command}`);
      for (const option of ["--json", "--db"]) expect(out).toContain(option);
    }
  }, 60_000);
});
