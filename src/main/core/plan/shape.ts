/** Who waits for whom in a plan, by the places of its tasks. It never changes while the plan runs. */
export interface Shape {
  readonly count: number;
  /** How many tasks each waits for. */
  readonly waitsFor: Int32Array;
  /** The dependents of a place are `dependents` from `firstDependent[place]` up to `firstDependent[place + 1]`. */
  readonly firstDependent: Int32Array;
  readonly dependents: Int32Array;
  /** Places, each after those that it waits for; what is in a cycle or behind one is left out. */
  readonly order: Int32Array;
}

/** `dependencies`: for each place those that it waits for, each once. */
export function shapeOf(dependencies: readonly (readonly number[])[]): Shape {
  const count = dependencies.length;
  const waitsFor = Int32Array.from(dependencies, (list) => list.length);
  const firstDependent = new Int32Array(count + 1);
  for (const list of dependencies) {
    for (const on of list) firstDependent[on + 1] = (firstDependent[on + 1] ?? 0) + 1;
  }
  for (let place = 0; place < count; place += 1) {
    firstDependent[place + 1] = (firstDependent[place + 1] ?? 0) + (firstDependent[place] ?? 0);
  }
  const dependents = new Int32Array(firstDependent[count] ?? 0);
  const free = firstDependent.slice(0, count);
  for (let place = 0; place < count; place += 1) {
    for (const on of dependencies[place] ?? []) {
      const at = free[on] ?? 0;
      dependents[at] = place;
      free[on] = at + 1;
    }
  }
  return { count, waitsFor, firstDependent, dependents, order: orderOf(waitsFor, firstDependent, dependents) };
}

function orderOf(waitsFor: Int32Array, firstDependent: Int32Array, dependents: Int32Array): Int32Array {
  const open = waitsFor.slice();
  const order = new Int32Array(waitsFor.length);
  let found = 0;
  for (let place = 0; place < open.length; place += 1) if (open[place] === 0) order[found++] = place;
  for (let next = 0; next < found; next += 1) {
    const place = order[next] ?? 0;
    const last = firstDependent[place + 1] ?? 0;
    for (let at = firstDependent[place] ?? 0; at < last; at += 1) {
      const dependent = dependents[at] ?? 0;
      const left = (open[dependent] ?? 0) - 1;
      open[dependent] = left;
      if (left === 0) order[found++] = dependent;
    }
  }
  return order.slice(0, found);
}

/** The level of each place: 0 waits for nothing, else one more than the highest that it waits for; -1 behind a cycle. */
export function wavesOf({ count, order, firstDependent, dependents }: Shape): Int32Array {
  const waves = new Int32Array(count).fill(-1);
  const least = new Int32Array(count);
  for (const place of order) {
    const wave = least[place] ?? 0;
    waves[place] = wave;
    const last = firstDependent[place + 1] ?? 0;
    for (let at = firstDependent[place] ?? 0; at < last; at += 1) {
      const dependent = dependents[at] ?? 0;
      if ((least[dependent] ?? 0) <= wave) least[dependent] = wave + 1;
    }
  }
  return waves;
}
