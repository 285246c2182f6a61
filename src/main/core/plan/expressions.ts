import type { Node } from "yaml";
import type { ParameterDefinition } from "../../../shared/model/plan-definition";
import { parameterVariable } from "./expand";
import { fault, offsetOf, type Subject } from "./reading";
import { type ShellContext, shellContexts } from "./shell-context";
import { findExpressions, hasExpression, parseTemplate } from "./template";

/** A string of the plan that may refer to parameters. */
export interface Expressive {
  readonly subject: Subject;
  readonly text: string;
  readonly node: Node;
  /** A shell script, where the place of a parameter matters. */
  readonly isScript: boolean;
  /** Subtasks whose results may be referred to, where any may. */
  readonly results?: readonly string[];
}

/** Reports every `${{ ... }}` that is not closed, not known, or stands where the shell would not fill it in. */
export function checkExpressions(
  strings: readonly Expressive[],
  parameters: ReadonlyMap<string, ParameterDefinition>,
): void {
  for (const string of strings) {
    if (!hasExpression(string.text)) continue;
    const { subject } = string;
    const { parts, problems } = parseTemplate(string.text);
    const offsets = expressionOffsets(string);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the author writes
    const results = string.results === undefined ? "" : " and ${{ subtasks.ID.result.PATH }}";
    for (const { code, expression, body } of problems) {
      const problem =
        code === "unclosed_expression"
          ? // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the author writes
            'has a "${{" without "}}": close it, or write "$${{" for the characters themselves.'
          : `has an unknown expression \${{ ${body} }}: only \${{ params.NAME }}${results} can be filled in.`;
      fault(subject, code, offsets(expression), problem);
    }
    const contexts = string.isScript ? shellContexts(parts) : [];
    let hole = 0;
    for (const part of parts) {
      if ("result" in part) {
        const problem = resultProblem(part.result.subtask, string.results);
        if (problem) fault(subject, "unknown_result", offsets(part.expression), problem);
      }
      if (!("parameter" in part)) continue;
      const context = contexts[hole++];
      const parameter = parameters.get(part.parameter);
      const problem = parameter ? placeProblem(parameter, context) : undefinedParameter(subject, part, parameters);
      const code = parameter ? "parameter_place" : "unknown_parameter";
      if (problem) fault(subject, code, offsets(part.expression), problem);
    }
  }
}

/** Why a result cannot be referred to; null where it can. */
function resultProblem(subtask: string, results: readonly string[] | undefined): string | null {
  if (results === undefined) {
    return `refers to the result of "${subtask}", which only "http" and "llm" can: a command finds it in HIVE_INPUTS.`;
  }
  if (results.includes(subtask)) return null;
  return `refers to the result of "${subtask}", which is not among its dependencies: add it there.`;
}

function undefinedParameter(
  subject: Subject,
  part: { readonly parameter: string },
  parameters: ReadonlyMap<string, ParameterDefinition>,
): string {
  const meant = subject.reading.suggest(part.parameter, parameters.keys());
  const hint = meant ? `Did you mean "${meant}"?` : 'Add it to the plan\'s "parameters".';
  return `uses the undefined parameter "${part.parameter}". ${hint}`;
}

/** Why a parameter cannot stand where it does in a shell script; null where it can. */
function placeProblem({ name, type }: ParameterDefinition, context: ShellContext | undefined): string | null {
  const shown = `\${{ params.${name} }}`;
  switch (context) {
    case "single":
      return `has ${shown} between single quotes, where the shell fills in nothing: use double quotes, or hand it over as an argument or as $${parameterVariable(name)} in the environment.`;
    case "quoted-heredoc":
      return `has ${shown} in a here-document with a quoted delimiter, where the shell fills in nothing: write the delimiter without quotes.`;
    case "escaped":
      return `has a backslash right before ${shown}, which would keep it from being filled in: remove the backslash.`;
    case "arithmetic":
      return type === "number"
        ? null
        : `has ${shown} in shell arithmetic, where only a parameter of type number is safe.`;
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
