import type { z } from "zod";

/** One operation: what it takes (checked at run time) and what it answers (checked by the compiler). */
export interface Operation<Input extends z.ZodType, Output> {
  readonly input: Input;
  /** Exists for the compiler alone. */
  readonly output?: Output;
}

export function operation<Output>() {
  return <Input extends z.ZodType>(input: Input): Operation<Input, Output> => ({ input });
}

/** A page of a list, and where the next one begins (null: there is none). */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}
