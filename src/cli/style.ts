/** Colours by meaning. The sixteen of every terminal: its own theme decides how they look. */
const SGR = {
  red: "31",
  green: "32",
  yellow: "33",
  blue: "34",
  magenta: "35",
  cyan: "36",
  grey: "90",
  bold: "1",
  dim: "2",
} as const;

export type Tone = keyof typeof SGR;

/** Colours a text, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

export const inColour: Paint = (tone, text) => (text === "" ? "" : `\u001b[${SGR[tone]}m${text}\u001b[0m`);
export const inPlain: Paint = (_tone, text) => text;

/** https://no-color.org, then FORCE_COLOR, then what the stream is. */
export function wantsColour(env: Readonly<Record<string, string | undefined>>, isTty: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return isTty && env.TERM !== "dumb";
}

export interface StateLook {
  readonly glyph: string;
  readonly word: string;
  readonly tone: Tone;
}

/** Task and plan states as a terminal shows them: a glyph, a word and a colour each. */
const LOOKS: Readonly<Record<string, StateLook>> = {
  waiting: { glyph: "◌", word: "waiting", tone: "grey" },
  queued: { glyph: "○", word: "queued", tone: "grey" },
  assigned: { glyph: "◎", word: "assigned", tone: "cyan" },
  in_progress: { glyph: "◐", word: "in progress", tone: "blue" },
  stopping: { glyph: "◍", word: "stopping", tone: "yellow" },
  retrying: { glyph: "↻", word: "retrying", tone: "yellow" },
  blocked: { glyph: "◇", word: "blocked", tone: "yellow" },
  review_pending: { glyph: "◉", word: "review", tone: "magenta" },
  rework_needed: { glyph: "↩", word: "rework", tone: "yellow" },
  approved: { glyph: "✓", word: "approved", tone: "cyan" },
  rejected: { glyph: "⊗", word: "rejected", tone: "red" },
  escalated: { glyph: "▲", word: "escalated", tone: "magenta" },
  completed: { glyph: "✓", word: "completed", tone: "green" },
  failed: { glyph: "✗", word: "failed", tone: "red" },
  cancelled: { glyph: "⊘", word: "cancelled", tone: "grey" },
  draft: { glyph: "◌", word: "draft", tone: "grey" },
  generated: { glyph: "◌", word: "generated", tone: "grey" },
  executing: { glyph: "◐", word: "executing", tone: "blue" },
  paused: { glyph: "‖", word: "paused", tone: "yellow" },
  partially_completed: { glyph: "◑", word: "partly completed", tone: "yellow" },
  synthesis_failed: { glyph: "✗", word: "synthesis failed", tone: "red" },
  closed: { glyph: "✓", word: "closed", tone: "grey" },
};

/** A state that nobody knows is shown as it stands. */
export function lookOf(state: string): StateLook {
  return LOOKS[state] ?? { glyph: "?", word: state, tone: "grey" };
}
