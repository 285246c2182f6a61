import type { PlanGraph } from "../../../shared/model/plan-graph";
import { plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import type { Facts } from "./facts";

const NAMED = 3;

/** A task as a sentence, for who does not see the picture: its state, what it waits for and what waits for it. */
export function describeTask(graph: PlanGraph, facts: Facts, place: number): string {
  const before: number[] = [];
  const after: number[] = [];
  for (let index = 0; index < graph.edges.length; index += 2) {
    const [from = -1, to = -1] = [graph.edges[index], graph.edges[index + 1]];
    if (to === place) before.push(from);
    if (from === place) after.push(to);
  }
  const word = (of: number): string => lookOf("task", facts.state[of] ?? "").label.toLowerCase();
  const names = (places: readonly number[]): string => {
    const named = places.slice(0, NAMED).map((of) => `${graph.titles[of] ?? ""} (${word(of)})`);
    const more = places.length - named.length;
    return `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  };
  const worker = facts.worker[place] ?? null;
  const attempts = facts.attempts[place] ?? 0;
  return [
    `${graph.titles[place] ?? ""}, ${word(place)}`,
    worker === null ? "" : `, ${worker}`,
    attempts > 1 ? `, attempt ${attempts}` : "",
    ".",
    before.length === 0 ? " Waits for nothing." : ` Waits for ${names(before)}.`,
    after.length === 0 ? "" : ` Before ${names(after)}.`,
  ].join("");
}

export function describeGroup(count: number): string {
  return `${plural(count, "completed task")}, folded together.`;
}
