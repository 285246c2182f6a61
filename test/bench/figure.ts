/** One measured figure, beside what it is measured against in the same run. */
export interface Figure {
  readonly bench: string;
  readonly value: number;
  readonly unit: string;
  /** In the same unit. */
  readonly reference?: number;
  readonly referenceIs?: string;
  /** What must hold of value / reference, or of the value where there is no reference. */
  readonly promise?: Promise_;
  readonly more?: Readonly<Record<string, unknown>>;
}

interface Promise_ {
  readonly is: ">=" | "<=";
  readonly limit: number;
}

export const atLeast = (limit: number): Promise_ => ({ is: ">=", limit });
export const atMost = (limit: number): Promise_ => ({ is: "<=", limit });

/** The figure as one line of JSON. */
export function figureLine({ bench, value, unit, reference, referenceIs, promise, more }: Figure): string {
  const ratio = reference === undefined ? undefined : value / reference;
  const judged = ratio ?? value;
  return JSON.stringify({
    bench,
    value: rounded(value),
    unit,
    ...(reference === undefined ? {} : { reference: rounded(reference), referenceIs, ratio: rounded(judged) }),
    ...(promise === undefined
      ? {}
      : {
          promise: `${promise.is}${promise.limit}`,
          holds: promise.is === ">=" ? judged >= promise.limit : judged <= promise.limit,
        }),
    ...more,
  });
}

/** Three significant digits tell all that a shared machine lets one know; large numbers keep their integers. */
export function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that at least this share of all reaches. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
