import type { Figure } from "./figure";

export interface Benchmark {
  readonly name: string;
  run(context: BenchmarkContext): Promise<void>;
}

export interface BenchmarkContext {
  /** Small sizes: whether it runs at all, not how fast. */
  readonly quick: boolean;
  readonly report: (figure: Figure) => void;
}
