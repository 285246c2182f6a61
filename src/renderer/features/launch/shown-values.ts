import type { ParameterDefinition } from "../../../shared/model/plan-definition";
import type { LayeredGraph } from "./layers";
import { type FieldValues, fieldValue } from "./parameters";

/** `${{ params.name }}`, as the plan's language has it. */
const PARAMETER = /\$\{\{\s*params\.([A-Za-z_][\w-]*)\s*\}\}/g;

/**
 * A text of the plan with what the form holds in place of its parameters. What is left empty stands as its name in angle
 * brackets, and a secret is never shown. Other expressions stay: their values are not known before a task ends. Pure.
 */
export function withValues(text: string, parameters: readonly ParameterDefinition[], contents: FieldValues): string {
  return text.replace(PARAMETER, (whole, name: string) => {
    const parameter = parameters.find((one) => one.name === name);
    if (parameter === undefined) return whole;
    if (parameter.type === "secret") return "•••";
    const value = String(fieldValue(parameter, contents));
    return value === "" ? `‹${name}›` : value;
  });
}

/** The graph with its subtasks as they will be called. The same where no title names a parameter. Pure. */
export function titledGraph(
  graph: LayeredGraph,
  parameters: readonly ParameterDefinition[],
  contents: FieldValues,
): LayeredGraph {
  let isNew = false;
  const nodes = graph.nodes.map((node) => {
    const title = withValues(node.subtask.title, parameters, contents);
    if (title === node.subtask.title) return node;
    isNew = true;
    return { ...node, subtask: { ...node.subtask, title } };
  });
  return isNew ? { ...graph, nodes } : graph;
}
