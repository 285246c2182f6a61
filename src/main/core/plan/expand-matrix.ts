import type { HttpWork, LlmWork } from "../../../shared/model/agent-work";
import type { SubtaskDefinition } from "../../../shared/model/plan-definition";
import { matrixVariable } from "./expand";
import { mapStrings } from "./json-template";
import type { MatrixRow } from "./read-matrix";
import { fillHoles, hasExpression, holesOf, parseTemplate, templateOf } from "./template";

/** The id of one of a matrix's subtasks: the base's and the values, joined by hyphens. */
export function matrixId(base: string, row: MatrixRow): string {
  return [base, ...[...row.values()].map(({ slug }) => slug)].join("-");
}

/** An id that names values of the matrix, with them filled in. */
export function fillId(id: string, row: MatrixRow): string {
  return fillWith(id, row, "slug");
}

/**
 * One of a matrix's subtasks. Its strings stay templates, in which the values are text. A shell script keeps its
 * `${{ matrix.x }}`, which become references to the variables that every subtask of a matrix has.
 */
export function expandRow(
  subtask: SubtaskDefinition,
  row: MatrixRow,
  { id, dependencies }: Pick<SubtaskDefinition, "id" | "dependencies">,
): SubtaskDefinition {
  const fill = (text: string): string => fillWith(text, row, "text");
  const fillOrNull = (text: string | null): string | null => (text === null ? null : fill(text));
  const { run, env, http, llm, program, approval } = subtask;
  const variables = [...row].map(([name, { text }]) => [matrixVariable(name), templateOf([{ text }])]);
  return {
    ...subtask,
    id,
    dependencies,
    title: titleOf(subtask, row, id),
    description: fill(subtask.description),
    run: Array.isArray(run) ? run.map(fill) : run,
    env: { ...fillAll(env, fill), ...Object.fromEntries(variables) },
    cwd: fillOrNull(subtask.cwd),
    role: fillOrNull(subtask.role),
    capabilities: subtask.capabilities.map(fill),
    group: fillOrNull(subtask.group),
    ...(http && { http: fillHttp(http, row, fill) }),
    ...(llm && { llm: fillLlm(llm, fill) }),
    ...(program && { program: { prompt: fill(program.prompt) } }),
    ...(approval && { approval: { instructions: fill(approval.instructions) } }),
  };
}

function fillWith(text: string, row: MatrixRow, form: "text" | "slug"): string {
  return fillHoles(text, (hole) => ("matrix" in hole ? (row.get(hole.matrix)?.[form] ?? "") : null));
}

/** A title that does not name the values has them added: the subtasks must be told apart. */
function titleOf(subtask: SubtaskDefinition, row: MatrixRow, id: string): string {
  const { title } = subtask;
  if (title === subtask.id) return id;
  if (holesOf(title).some((hole) => "matrix" in hole)) return fillWith(title, row, "text");
  const values = [...row.values()].map(({ text }) => text).join(", ");
  return `${title} (${values})`;
}

function fillAll(texts: Readonly<Record<string, string>>, fill: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text)]));
}

function fillHttp(http: HttpWork, row: MatrixRow, fill: (text: string) => string): HttpWork {
  const fillInBody = (text: string): unknown => {
    if (!hasExpression(text)) return text;
    const [part, ...more] = parseTemplate(text).parts;
    const only = part && more.length === 0 && "matrix" in part ? row.get(part.matrix)?.value : undefined;
    return typeof only === "number" || typeof only === "boolean" ? only : fill(text);
  };
  return {
    ...http,
    url: fill(http.url),
    headers: fillAll(http.headers, fill),
    body: mapStrings(http.body, fillInBody),
  };
}

function fillLlm(llm: LlmWork, fill: (text: string) => string): LlmWork {
  const fillOrNull = (text: string | null): string | null => (text === null ? null : fill(text));
  return {
    ...llm,
    endpoint: fillOrNull(llm.endpoint),
    model: fillOrNull(llm.model),
    system: fillOrNull(llm.system),
    prompt: fill(llm.prompt),
  };
}
