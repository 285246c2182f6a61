import type { Node } from "yaml";
import type { SubtaskDefinition } from "../../../shared/model/plan-definition";
import { reportCycles } from "./check-graph";
import { expandRow, fillId, matrixId } from "./expand-matrix";
import { MAX_SUBTASKS, type MatrixRow } from "./read-matrix";
import { isSubtaskId, type ReadSubtask } from "./read-subtask";
import { fault, offsetOf, type Subject } from "./reading";
import { hasExpression } from "./template";

/** What waits for what, at most: a matrix that waits for a matrix multiplies. */
const MAX_DEPENDENCIES = 200_000;

/** One of the plan's subtasks: as written, or one of its matrix. */
export interface Instance {
  readonly read: ReadSubtask;
  readonly row: MatrixRow | null;
  readonly id: string;
  /** Ids of instances, each with the place that names it. */
  readonly dependencies: Map<string, Node | null>;
}

export interface ResolvedGraph {
  /** In the order of the file. */
  readonly definitions: SubtaskDefinition[];
  /** The subtasks of each matrix by its id. */
  readonly expanded: ReadonlyMap<string, readonly string[]>;
  /** The ids that each subtask as written waits for, whatever its values. */
  readonly waitsFor: (read: ReadSubtask) => ReadonlySet<string>;
}

/**
 * Expands matrices and finds out what waits for what. Reports ids used twice, dependencies that name nobody, cycles,
 * and plans that are too large.
 */
export function resolveGraph(plan: Subject, subtasks: readonly ReadSubtask[]): ResolvedGraph {
  const instances = instancesOf(plan, subtasks);
  if (!instances) return { definitions: [], expanded: new Map(), waitsFor: () => new Set() };
  const bySubtask = new Map<ReadSubtask, Instance[]>();
  for (const instance of instances) {
    const siblings = bySubtask.get(instance.read);
    if (siblings) siblings.push(instance);
    else bySubtask.set(instance.read, [instance]);
  }
  const owners = ownersOf(instances);
  // One with faults makes none; what waits for it is not reported as well.
  const expanded = new Map<string, string[]>(
    subtasks.flatMap(({ matrix, definition }) => (matrix ? [[definition.id, []]] : [])),
  );
  for (const { read, row, id } of instances) {
    if (row) expanded.get(read.definition.id)?.push(id);
  }
  const isWhole = resolveDependencies(plan, instances, owners, expanded);
  if (isWhole) reportCycles([...owners.values()].filter((instance) => instance !== null));
  return {
    definitions: isWhole ? instances.map(definitionOf) : [],
    expanded,
    waitsFor: (read) => commonDependencies(bySubtask.get(read) ?? []),
  };
}

/** Null when there are too many. */
function instancesOf(plan: Subject, subtasks: readonly ReadSubtask[]): Instance[] | null {
  const instances: Instance[] = [];
  for (const read of subtasks) {
    const { id } = read.definition;
    if (!read.matrix) instances.push({ read, row: null, id, dependencies: new Map() });
    for (const row of read.matrix?.rows ?? []) {
      instances.push({ read, row, id: matrixId(id, row), dependencies: new Map() });
    }
    if (instances.length > MAX_SUBTASKS) {
      const problem = `has more than ${MAX_SUBTASKS} subtasks: this one is over the limit. Split the plan.`;
      fault(plan, "too_many_subtasks", read.node, problem);
      return null;
    }
  }
  return instances;
}

/** Who has each id; null for the id of a matrix, which stands for several. */
function ownersOf(instances: readonly Instance[]): ReadonlyMap<string, Instance | null> {
  const owners = new Map<string, Instance | null>();
  const firsts = new Map<string, ReadSubtask>();
  let base: ReadSubtask | null = null;
  const claim = (id: string, read: ReadSubtask, instance: Instance | null): void => {
    const first = firsts.get(id);
    if (!first) {
      if (!read.idNode) return;
      firsts.set(id, read);
      owners.set(id, instance);
      return;
    }
    const { line } = read.subject.reading.source.place(offsetOf(first.idNode));
    const problem =
      id === read.definition.id
        ? `has the id of another subtask, on line ${line}: ids are unique in a plan.`
        : `makes the id "${id}" of its matrix, which another subtask has, on line ${line}: ids are unique in a plan.`;
    fault(read.subject, "duplicate_id", read.idNode, problem);
  };
  for (const instance of instances) {
    const { read, row, id } = instance;
    if (row && read !== base) claim(read.definition.id, read, null);
    base = read;
    claim(id, read, instance);
    if (row && read.idNode && !isSubtaskId(id)) {
      const problem = `makes the id "${id}" of its matrix, which is too long: an id has up to 100 characters.`;
      fault(read.subject, "bad_id", read.idNode, problem);
    }
  }
  return owners;
}

/** False when there are so many that they were not all looked at. */
function resolveDependencies(
  plan: Subject,
  instances: readonly Instance[],
  owners: ReadonlyMap<string, Instance | null>,
  expanded: ReadonlyMap<string, readonly string[]>,
): boolean {
  const known = new Set<string>();
  let left = MAX_DEPENDENCIES;
  for (const { read, row, dependencies } of instances) {
    const { definition, dependencyNodes } = read;
    for (const [index, written] of definition.dependencies.entries()) {
      const node = dependencyNodes[index] ?? null;
      const name = row && hasExpression(written) ? fillId(written, row) : written;
      const targets = expanded.get(name) ?? (owners.has(name) ? [name] : []);
      left -= targets.length;
      if (left < 0) {
        const problem = `has more than ${MAX_DEPENDENCIES} dependencies in all, here: let a noop subtask join them.`;
        fault(plan, "too_many_dependencies", node, problem);
        return false;
      }
      const problem =
        expanded.has(name) && targets.length === 0 ? null : dependencyProblem(read, name, targets, owners);
      if (!problem) for (const target of targets) dependencies.set(target, node);
      // Once for all subtasks of a matrix.
      else if (!known.has(`${offsetOf(node)} ${name}`)) {
        known.add(`${offsetOf(node)} ${name}`);
        fault(read.subject, problem.code, node, problem.text);
      }
    }
  }
  return true;
}

function dependencyProblem(
  { subject, definition }: ReadSubtask,
  name: string,
  targets: readonly string[],
  owners: ReadonlyMap<string, Instance | null>,
): { readonly code: string; readonly text: string } | null {
  const isOwn = targets.some((target) => owners.get(target)?.read.definition.id === definition.id);
  if (name === definition.id || isOwn) {
    return { code: "self_dependency", text: "depends on itself: remove that dependency." };
  }
  // Its expression is reported as such.
  if (targets.length > 0 || hasExpression(name)) return null;
  const meant = subject.reading.suggest(name, owners.keys());
  const hint = meant ? `Did you mean "${meant}"?` : "No subtask has that id.";
  return { code: "unknown_dependency", text: `depends on the unknown subtask ${JSON.stringify(name)}. ${hint}` };
}

function definitionOf({ read, row, id, dependencies }: Instance): SubtaskDefinition {
  const { definition } = read;
  const resolved = [...dependencies.keys()];
  return row ? expandRow(definition, row, { id, dependencies: resolved }) : { ...definition, dependencies: resolved };
}

function commonDependencies(instances: readonly Instance[]): ReadonlySet<string> {
  const [first, ...others] = instances;
  const ids = [...(first?.dependencies.keys() ?? [])];
  return new Set(ids.filter((id) => others.every((instance) => instance.dependencies.has(id))));
}
