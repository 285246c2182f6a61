/** A queue of places: the one of the least key comes out first, of equal ones the lower place. */
export interface PlaceHeap {
  size(): number;
  push(place: number): void;
  /** Without taking it out; -1 when there is none. */
  peek(): number;
  /** -1 when there is none. */
  pop(): number;
  clear(): void;
}

/** `keys` by place; one must not change while its place is queued. */
export function createPlaceHeap(keys: Float64Array): PlaceHeap {
  const heap: number[] = [];

  function isBefore(a: number, b: number): boolean {
    const first = keys[a] ?? 0;
    const second = keys[b] ?? 0;
    return first < second || (first === second && a < b);
  }

  return {
    size: () => heap.length,
    push(place) {
      let at = heap.length;
      heap.push(place);
      while (at > 0) {
        const above = (at - 1) >> 1;
        const other = heap[above] ?? -1;
        if (!isBefore(place, other)) break;
        heap[at] = other;
        at = above;
      }
      heap[at] = place;
    },
    peek: () => heap[0] ?? -1,
    pop() {
      const first = heap[0] ?? -1;
      const last = heap.pop();
      const size = heap.length;
      if (last === undefined || size === 0) return first;
      let at = 0;
      for (let below = 1; below < size; below = 2 * at + 1) {
        if (below + 1 < size && isBefore(heap[below + 1] ?? -1, heap[below] ?? -1)) below += 1;
        const other = heap[below] ?? -1;
        if (!isBefore(other, last)) break;
        heap[at] = other;
        at = below;
      }
      heap[at] = last;
      return first;
    },
    clear() {
      heap.length = 0;
    },
  };
}
