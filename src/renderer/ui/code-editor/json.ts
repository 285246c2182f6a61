import { json, jsonParseLinter } from "@codemirror/lang-json";
import { linter } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";

/** JSON to read. */
export const JSON_TEXT: readonly Extension[] = [json()];

/** JSON to write: what does not parse is marked where it is wrong. */
export const JSON_EDITING: readonly Extension[] = [json(), linter(jsonParseLinter(), { delay: 200 })];
