/** A subtask's place in the drawn tree. */
export interface TreeNode {
  readonly id: string;
  /** `├─ `, `│  └─ `...; empty at the top. */
  readonly branch: string;
}

interface Node {
  readonly id: string;
  readonly dependencies: readonly string[];
}

/** How many dependencies lie one behind the other before each subtask. The plan has no cycle. */
function depths(nodes: readonly Node[]): Map<string, number> {
  const dependenciesOf = new Map(nodes.map((node) => [node.id, node.dependencies]));
  const depth = new Map<string, number>();
  const pending = nodes.map((node) => node.id);
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const dependencies = dependenciesOf.get(id) ?? [];
    const open = dependencies.filter((dependency) => !depth.has(dependency));
    if (open.length > 0) pending.push(id, ...open);
    else
      depth.set(
        id,
        dependencies.reduce((deepest, on) => Math.max(deepest, (depth.get(on) ?? 0) + 1), 0),
      );
  }
  return depth;
}

/**
 * A graph as a tree that a terminal can draw: every subtask once, below the last of the dependencies that it
 * waits for. Siblings keep the plan's order.
 */
export function planTree(nodes: readonly Node[]): TreeNode[] {
  const depth = depths(nodes);
  const children = new Map<string | null, string[]>();
  for (const node of nodes) {
    let parent: string | null = null;
    for (const dependency of node.dependencies) {
      if (parent === null || (depth.get(dependency) ?? 0) >= (depth.get(parent) ?? 0)) parent = dependency;
    }
    const siblings = children.get(parent);
    if (siblings) siblings.push(node.id);
    else children.set(parent, [node.id]);
  }

  const drawn: TreeNode[] = [];
  const open = (children.get(null) ?? []).map((id) => ({ id, branch: "", indent: "" })).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { id, indent } = next;
    drawn.push({ id, branch: next.branch });
    const below = children.get(id) ?? [];
    const entries = below.map((child, index) => {
      const isLast = index === below.length - 1;
      return { id: child, branch: `${indent}${isLast ? "└─ " : "├─ "}`, indent: `${indent}${isLast ? "   " : "│  "}` };
    });
    open.push(...entries.reverse());
  }
  return drawn;
}
