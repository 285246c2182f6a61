/** What a console that is to be killed was told, a line of JSON each. */
export type Acknowledged =
  | { readonly ready: true }
  | { readonly launched: string; readonly tasks: number }
  | { readonly task: string; readonly status: "queued" | "in_progress" | "completed" }
  | { readonly worker: string }
  | { readonly settled: true };
