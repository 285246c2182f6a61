import { setImmediate as nextTurn } from "node:timers/promises";
import { integer } from "../store/columns";
import { type ReadableDatabase, statement } from "../store/database";

const CHUNK = 500;
const EDGES_BEHIND = `SELECT e.depends_on, e.task FROM json_each(?) c
  CROSS JOIN console_edges e ON e.depends_on = c.value`;

/**
 * A task and everything that depends on it, directly or not, each after what it depends on among these
 * (`console_tasks.seq`). Reads a few hundred tasks at a time and lets other work go on between.
 */
export async function readDownstream(db: ReadableDatabase, root: number): Promise<number[]> {
  const behind = new Map<number, number[]>([[root, []]]);
  const waitsFor = new Map<number, number>([[root, 0]]);
  const open = [root];
  while (open.length > 0) {
    const chunk = open.splice(0, CHUNK);
    for (const edge of statement(db, EDGES_BEHIND).all(JSON.stringify(chunk))) {
      const [from, to] = [integer(edge.depends_on), integer(edge.task)];
      behind.get(from)?.push(to);
      waitsFor.set(to, (waitsFor.get(to) ?? 0) + 1);
      if (behind.has(to)) continue;
      behind.set(to, []);
      open.push(to);
    }
    if (open.length > 0) await nextTurn();
  }
  const order: number[] = [root];
  for (let at = 0; at < order.length; at += 1) {
    for (const to of behind.get(order[at] ?? root) ?? []) {
      const left = (waitsFor.get(to) ?? 0) - 1;
      waitsFor.set(to, left);
      if (left === 0) order.push(to);
    }
  }
  return order;
}
