/** SQL that an operator keeps by a name. */
export interface SavedQuery {
  readonly id: string;
  readonly name: string;
  readonly sql: string;
  /** In the database every console of it has it; on the computer, its windows there: of a database that is only observed. */
  readonly place: "database" | "computer";
}

/** How a text ran last. */
export interface PastQuery {
  readonly sql: string;
  /** When, in milliseconds. */
  readonly at: number;
  readonly ms: number;
  /** Of its last statement; null: it had none. */
  readonly rows: number | null;
  /** How it ended, where that was not well. */
  readonly trouble: string | null;
}

export interface KeptQueries {
  /** By name. */
  readonly saved: readonly SavedQuery[];
  /** What ran in windows of this computer, the latest first. */
  readonly history: readonly PastQuery[];
}

/** So many past queries are kept, and of all their texts together so many characters. */
export const MOST_PAST = 200;
export const MOST_PAST_TEXT = 400_000;
