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
