import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

const preferencesSchema = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) }).optional(),
  maximized: z.boolean().default(false),
  /** How large the page is drawn: 1 as designed. */
  zoom: z.number().min(0.5).max(3).default(1),
  /** The page's ground as last seen, `#rrggbb`: the next window opens in it. */
  background: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .optional(),
  /** Where the last plan or folder was chosen. */
  lastFolder: z.string().min(1).optional(),
  /** Plan files opened before, the latest first. */
  recentPlans: z.array(z.string().min(1)).default([]),
});

type PreferenceValues = z.output<typeof preferencesSchema>;

/** What the window remembers from one start to the next. Losing it costs comfort and nothing else. */
export interface Preferences {
  readonly values: PreferenceValues;
  update(change: Partial<PreferenceValues>): void;
}

/** How far a window stands from the one whose place it took over, in pixels. */
const STEP_ASIDE = 32;

/**
 * A missing or damaged file gives the defaults; a file that cannot be written is reported and lived with.
 * `common`: what all windows wrote last; a window without a file of its own begins with it, a step aside.
 */
export function openPreferences(
  file: string,
  report: (message: string) => void,
  common: string | null = null,
): Preferences {
  let values = read(file) ?? (common === null ? null : aside(read(common))) ?? DEFAULTS;
  return {
    get values() {
      return values;
    },
    update(change) {
      values = { ...values, ...change };
      for (const target of common === null ? [file] : [file, common]) {
        try {
          write(target, values);
        } catch (error) {
          report(`could not write ${target}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    },
  };
}

const DEFAULTS = preferencesSchema.parse({});

/** Null: there is none, or not one of ours. */
function read(file: string): PreferenceValues | null {
  try {
    return preferencesSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}

/** Several processes may write the common file: each puts its own whole one in place. */
function write(file: string, values: PreferenceValues): void {
  mkdirSync(dirname(file), { recursive: true });
  const next = `${file}.${process.pid}`;
  writeFileSync(next, JSON.stringify(values, null, 2));
  renameSync(next, file);
}

function aside(values: PreferenceValues | null): PreferenceValues | null {
  if (values?.bounds === undefined) return values;
  const { x, y, ...size } = values.bounds;
  return { ...values, bounds: { x: x + STEP_ASIDE, y: y + STEP_ASIDE, ...size } };
}
