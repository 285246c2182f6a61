import type { Node } from "yaml";
import type { ParameterDefinition } from "../../../shared/model/plan-definition";
import { matrixVariable, parameterVariable } from "./expand";
import { caution, fault, offsetOf, type Subject } from "./reading";
import { type ShellContext, shellContexts } from "./shell-context";
import { findExpressions, type Hole, hasExpression, parseTemplate, templateOf } from "./template";

/** A string of the plan that may hold expressions. */
export interface Expressive {
  readonly subject: Subject;
  readonly text: string;
  readonly node: Node;
  /** A shell script, where the place of what is filled in matters. */
  readonly isScript: boolean;
  /** Subtasks whose results may be referred to, where any may. */
  readonly results?: readonly string[] | undefined;
  /** Whether a secret may stand here: what is neither kept nor seen by others. Default false. */
  readonly takesSecrets?: boolean;
  /** The id of a subtask, which nothing but a matrix may have a part in. Default false. */
  readonly isId?: boolean;
}

/** What expressions may name. */
export interface Nameable {
  readonly parameters: ReadonlyMap<string, ParameterDefinition>;
  /** The subtask's matrix, null where there is none: each name, and whether all its values are numbers. */
  readonly matrix: ReadonlyMap<string, { readonly isNumeric: boolean }> | null;
  /** The subtasks that each id of a matrix stands for. */
  readonly expanded: ReadonlyMap<string, readonly string[]>;
  /** The subtasks that are waited for, those of matrices one by one. */
  readonly waitsFor: ReadonlySet<string>;
  /** Whether the subtask may run though this one has failed, and left no result. */
  readonly mayLack: (subtask: string) => boolean;
}

/** Reports every `${{ ... }}` that is not closed, not known, or stands where it cannot be filled in. */
export function checkExpressions(strings: readonly Expressive[], names: Nameable): void {
  for (const string of strings) {
    if (!hasExpression(string.text)) continue;
    const { subject } = string;
    const { parts, problems } = parseTemplate(string.text);
    const offsets = expressionOffsets(string);
    for (const { code, expression, body } of problems) {
      const problem =
        code === "unclosed_expression"
          ? // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the author writes
            'has a "${{" without "}}": close it, or write "$${{" for the characters themselves.'
          : `has an unknown expression \${{ ${body} }}: only ${knownHere(string, names)} can be filled in.`;
      fault(subject, code, offsets(expression), problem);
    }
    const contexts = string.isScript ? shellContexts(parts) : [];
    let place = 0;
    for (const part of parts) {
      if ("text" in part) continue;
      const found = holeProblem(part, string, contexts[place++], names);
      const at = offsets(part.expression);
      if (found) fault(subject, found.code, at, found.problem);
      else if ("result" in part && names.mayLack(part.result.subtask)) {
        const problem = `refers to the result of "${part.result.subtask}", and fails when that has failed and left none: HIVE_INPUTS has null for it.`;
        caution(subject, "uncertain_result", at, problem);
      }
    }
  }
}

function knownHere({ results }: Expressive, { matrix }: Nameable): string {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: it is what the author writes
  const known = ["${{ params.NAME }}"];
  if (matrix) known.push("${{ matrix.NAME }}");
  if (results !== undefined) known.push("${{ subtasks.ID.result.PATH }}");
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: it is what the author writes
  return known.length === 1 ? known.join("") : `${known.slice(0, -1).join(", ")} and ${known.at(-1)}`;
}

interface HoleProblem {
  readonly code: string;
  readonly problem: string;
}

/** Why something cannot be filled in where it stands; null where it can. */
function holeProblem(
  hole: Hole,
  string: Expressive,
  context: ShellContext | undefined,
  names: Nameable,
): HoleProblem | null {
  if (string.isId && !("matrix" in hole)) {
    const problem = `has ${templateOf([hole])} in the id of a subtask, where only a value of its matrix can be filled in.`;
    return { code: "unknown_expression", problem };
  }
  if ("result" in hole) return resultProblem(hole.result.subtask, string, context, names);
  if ("matrix" in hole) return matrixProblem(hole.matrix, string, context, names);
  const parameter = names.parameters.get(hole.parameter);
  if (!parameter) {
    const meant = string.subject.reading.suggest(hole.parameter, names.parameters.keys());
    const hint = meant ? `Did you mean "${meant}"?` : 'Add it to the plan\'s "parameters".';
    return { code: "unknown_parameter", problem: `uses the undefined parameter "${hole.parameter}". ${hint}` };
  }
  if (parameter.type === "secret" && !string.takesSecrets) return { code: "secret_place", problem: secretPlace(hole) };
  const problem = placeProblem(
    { shown: `\${{ params.${parameter.name} }}`, variable: parameterVariable(parameter.name) },
    context,
    parameter.type === "number",
  );
  return problem === null ? null : { code: "parameter_place", problem };
}

function secretPlace({ parameter }: { readonly parameter: string }): string {
  return `has the secret "${parameter}" where it would be kept or shown: secrets go into "env", a shell script, and the "headers" and "body" of a request.`;
}

function matrixProblem(
  name: string,
  { subject }: Expressive,
  context: ShellContext | undefined,
  { matrix }: Nameable,
): HoleProblem | null {
  const shown = `\${{ matrix.${name} }}`;
  const code = "unknown_matrix";
  if (!matrix)
    return { code, problem: `has ${shown}, but ${subject.subtaskId ? "no" : "is in no subtask with a"} "matrix".` };
  const values = matrix.get(name);
  if (!values) {
    const meant = subject.reading.suggest(name, matrix.keys());
    const hint = meant ? `Did you mean "${meant}"?` : `It has ${[...matrix.keys()].join(", ")}.`;
    return { code, problem: `uses "${name}", which its matrix does not have. ${hint}` };
  }
  const problem = placeProblem({ shown, variable: matrixVariable(name) }, context, values.isNumeric);
  return problem === null ? null : { code: "parameter_place", problem };
}

function resultProblem(
  subtask: string,
  { results }: Expressive,
  context: ShellContext | undefined,
  { expanded, waitsFor }: Nameable,
): HoleProblem | null {
  const code = "unknown_result";
  if (results === undefined) {
    const problem = `refers to the result of "${subtask}" in a text that is fixed at launch, before there are results.`;
    return { code, problem };
  }
  const many = expanded.get(subtask);
  if (many) {
    const problem = `refers to the result of "${subtask}", which a matrix makes ${many.length} of: name one of them, as "${many[0]}", or read all in HIVE_INPUTS.`;
    return { code, problem };
  }
  if (!waitsFor.has(subtask) && !results.includes(subtask)) {
    return {
      code,
      problem: `refers to the result of "${subtask}", which is not among its dependencies: add it there.`,
    };
  }
  const shown = `the result of "${subtask}"`;
  const problem = placeProblem({ shown, variable: "HIVE_INPUTS" }, context, false);
  return problem === null ? null : { code: "parameter_place", problem };
}

/** Why something cannot stand where it does in a shell script; null where it can. */
function placeProblem(
  { shown, variable }: { readonly shown: string; readonly variable: string },
  context: ShellContext | undefined,
  isNumeric: boolean,
): string | null {
  switch (context) {
    case "single":
      return `has ${shown} between single quotes, where the shell fills in nothing: use double quotes, or hand it over as an argument or as $${variable} in the environment.`;
    case "quoted-heredoc":
      return `has ${shown} in a here-document with a quoted delimiter, where the shell fills in nothing: write the delimiter without quotes.`;
    case "escaped":
      return `has a backslash right before ${shown}, which would keep it from being filled in: remove the backslash.`;
    case "arithmetic":
      return isNumeric ? null : `has ${shown} in shell arithmetic, where only numbers are safe.`;
    default:
      return null;
  }
}

/** Expressions are counted in the text and found again in the source, which differ in quoting and indentation. */
function expressionOffsets({ node, subject }: Expressive): (expression: number) => number {
  const [start, end] = node.range ?? [0, 0];
  const places = findExpressions(subject.reading.source.text.slice(start, end));
  return (expression) => offsetOf(node) + (places[expression] ?? 0);
}
