import { describe, expect, it } from "vitest";
import { formJson, readFormJson } from "../../../src/renderer/features/launch/parameter-json";
import { fittingFields, presetFields, readPresets } from "../../../src/renderer/features/launch/presets";
import { withValues } from "../../../src/renderer/features/launch/shown-values";
import type { ParameterDefinition } from "../../../src/shared/model/plan-definition";

const parameter = (name: string, given: Partial<ParameterDefinition>): ParameterDefinition => ({
  name,
  type: "string",
  description: "",
  required: false,
  default: null,
  choices: [],
  pattern: null,
  ...given,
});

const PARAMETERS = [
  parameter("version", { required: true }),
  parameter("target", { type: "choice", choices: ["staging", "production"], default: "staging" }),
  parameter("shards", { type: "number", default: 4 }),
  parameter("dry", { type: "boolean", default: false }),
  parameter("token", { type: "secret" }),
];

describe("the form as JSON", () => {
  it("holds every value that there is, of its type, and no secret", () => {
    const text = formJson(PARAMETERS, { version: "2.4", shards: "8", token: "s3cret" });
    expect(JSON.parse(text)).toEqual({ version: "2.4", target: "staging", shards: 8, dry: false });
  });

  it("comes back as the same fields, with the secret that was typed", () => {
    const contents = { version: "2.4", target: "production", shards: "8", dry: true, token: "s3cret" };
    expect(readFormJson(formJson(PARAMETERS, contents), PARAMETERS, contents)).toEqual({ ok: true, fields: contents });
  });

  it("keeps what is wrong in a field, to be corrected", () => {
    expect(JSON.parse(formJson(PARAMETERS, { shards: "many", target: "moon" }))).toMatchObject({
      shards: "many",
      target: "moon",
    });
  });

  it.each([
    ["{", /^No JSON yet/],
    ["[1]", /^An object is wanted/],
    ["null", /^An object is wanted/],
    ['{"colour": "red"}', /no parameter "colour"/],
    ['{"shards": "8"}', /"shards" takes a number/],
    ['{"dry": "yes"}', /"dry" takes true or false/],
    ['{"target": null}', /"target" takes one of staging, production/],
    ['{"version": {"major": 2}}', /"version" takes text/],
    ['{"token": "s3cret"}', /"token" is a secret/],
    ['{"__proto__": 1}', /no parameter "__proto__"/],
  ])("says what is wrong with %s", (text, problem) => {
    const reading = readFormJson(text, PARAMETERS, {});
    expect(reading).toMatchObject({ ok: false });
    if (!reading.ok) expect(reading.problem).toMatch(problem);
  });
});

describe("presets", () => {
  it("keep defaults too, and never a secret", () => {
    expect(presetFields(PARAMETERS, { version: "2.4", token: "s3cret" })).toEqual({
      version: "2.4",
      target: "staging",
      shards: "4",
      dry: false,
    });
  });

  it("fill in what the plan still has", () => {
    const preset = { name: "old", fields: { version: "1", gone: "x", token: "leaked" } };
    expect(fittingFields(PARAMETERS, preset)).toEqual({ version: "1" });
  });

  it.each([
    [null, {}],
    ["nonsense", {}],
    ["7", {}],
    [
      '{"file a": 7, "file b": [{"name": "x", "fields": {"a": "1"}}, {"name": "y"}, {"name": "z", "fields": {"a": 1}}]}',
      {
        "file b": [{ name: "x", fields: { a: "1" } }],
      },
    ],
  ])("are read as far as they make sense: %s", (kept, presets) => {
    expect(readPresets(kept)).toEqual(presets);
  });
});

/** As a plan file says it. */
const of = (name: string): string => `\${{ ${name} }}`;

describe("titles before a launch", () => {
  it.each([
    [`Build ${of("params.version")} for ${of("params.target")}`, "Build 2.4 for staging"],
    [`Shard of ${of("params.shards")}, ${of("params.dry")}`, "Shard of 4, false"],
    [`With ${of("params.token")}`, "With •••"],
    [
      `${of("params.unknown")} and ${of("subtasks.a.result.n")}`,
      `${of("params.unknown")} and ${of("subtasks.a.result.n")}`,
    ],
    ["Nothing in it", "Nothing in it"],
  ])("%s", (text, shown) => {
    expect(withValues(text, PARAMETERS, { version: "2.4", token: "s3cret" })).toBe(shown);
  });

  it("name what is still empty", () => {
    expect(withValues(`Build ${of("params.version")}`, PARAMETERS, {})).toBe("Build ‹version›");
  });
});
