/** A page of a list, and where the next one begins (null: there is none). */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}
