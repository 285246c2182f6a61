import { findCycles } from "./graph";
import type { ReadSubtask } from "./read-subtask";
import { fault, offsetOf, type Subject } from "./reading";

/** Reports what is wrong between subtasks: ids used twice, dependencies that name nobody, cycles. */
export function checkGraph(subtasks: readonly ReadSubtask[]): void {
  const byId = new Map<string, ReadSubtask>();
  for (const subtask of subtasks) {
    const { id } = subtask.definition;
    const first = byId.get(id);
    if (!first) {
      if (subtask.idNode) byId.set(id, subtask);
      continue;
    }
    const problem = `has the id of another subtask, on line ${lineOf(first)}: ids are unique in a plan.`;
    fault(subtask.subject, "duplicate_id", subtask.idNode, problem);
  }
  for (const subtask of subtasks) checkDependencies(subtask, byId);
  reportCycles(byId);
}

function checkDependencies(
  { subject, definition, dependencyNodes }: ReadSubtask,
  byId: ReadonlyMap<string, ReadSubtask>,
): void {
  for (const [index, dependency] of definition.dependencies.entries()) {
    const node = dependencyNodes[index] ?? null;
    if (dependency === definition.id) {
      fault(subject, "self_dependency", node, "depends on itself: remove that dependency.");
    } else if (!byId.has(dependency)) {
      const meant = subject.reading.suggest(dependency, byId.keys());
      const hint = meant ? `Did you mean "${meant}"?` : "No subtask has that id.";
      fault(
        subject,
        "unknown_dependency",
        node,
        `depends on the unknown subtask ${JSON.stringify(dependency)}. ${hint}`,
      );
    }
  }
}

/** A message stays readable whatever the length of its cycle. */
const MAX_CYCLE_SHOWN = 12;

function reportCycles(byId: ReadonlyMap<string, ReadSubtask>): void {
  const nodes = [...byId.values()].map(({ definition: { id, dependencies } }) => ({
    id,
    dependencies: dependencies.filter((dependency) => dependency !== id),
  }));
  for (const cycle of findCycles(nodes)) {
    const members = cycle.flatMap((id) => byId.get(id) ?? []);
    const [first] = members;
    if (!first) continue;
    const dependency = first.definition.dependencies.indexOf(cycle[1] ?? "");
    const at = first.dependencyNodes[dependency] ?? first.idNode;
    const path = [...shorten(members.map(named)), first.definition.id].join(" -> ");
    fault(
      planSubject(first.subject),
      "cycle",
      at,
      `can never finish, for these wait for each other: ${path}. Remove one of these dependencies.`,
    );
  }
}

function planSubject(subject: Subject): Subject {
  return { ...subject, name: "The plan" };
}

function named(subtask: ReadSubtask): string {
  return `${subtask.definition.id} (line ${lineOf(subtask)})`;
}

function shorten(members: readonly string[]): readonly string[] {
  if (members.length <= MAX_CYCLE_SHOWN) return members;
  const half = MAX_CYCLE_SHOWN / 2;
  return [...members.slice(0, half), `... ${members.length - 2 * half} more ...`, ...members.slice(-half)];
}

function lineOf({ subject, idNode }: ReadSubtask): number {
  return subject.reading.source.place(offsetOf(idNode)).line;
}
