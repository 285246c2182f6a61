import { findCycles } from "./graph";
import { fault, offsetOf, type Subject } from "./reading";
import type { Instance } from "./resolve-graph";

/** A message stays readable whatever the length of its cycle. */
const MAX_CYCLE_SHOWN = 12;

/** Reports subtasks that wait for each other, in a circle. */
export function reportCycles(instances: readonly Instance[]): void {
  const byId = new Map(instances.map((instance) => [instance.id, instance]));
  const nodes = instances.map(({ id, dependencies }) => ({ id, dependencies: [...dependencies.keys()] }));
  for (const cycle of findCycles(nodes)) {
    const members = cycle.flatMap((id) => byId.get(id) ?? []);
    const [first] = members;
    if (!first) continue;
    const at = first.dependencies.get(cycle[1] ?? "") ?? first.read.idNode;
    const path = [...shorten(members.map(named)), first.id].join(" -> ");
    fault(
      planSubject(first.read.subject),
      "cycle",
      at,
      `can never finish, for these wait for each other: ${path}. Remove one of these dependencies.`,
    );
  }
}

function planSubject(subject: Subject): Subject {
  return { ...subject, name: "The plan" };
}

function named({ id, read }: Instance): string {
  return `${id} (line ${lineOf(read)})`;
}

function shorten(members: readonly string[]): readonly string[] {
  if (members.length <= MAX_CYCLE_SHOWN) return members;
  const half = MAX_CYCLE_SHOWN / 2;
  return [...members.slice(0, half), `... ${members.length - 2 * half} more ...`, ...members.slice(-half)];
}

function lineOf({ subject, idNode }: Instance["read"]): number {
  return subject.reading.source.place(offsetOf(idNode)).line;
}
