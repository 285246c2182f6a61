import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

const preferencesSchema = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) }).optional(),
  maximized: z.boolean().default(false),
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

export type PreferenceValues = z.output<typeof preferencesSchema>;

/** What the window remembers from one start to the next. Losing it costs comfort and nothing else. */
export interface Preferences {
  readonly values: PreferenceValues;
  update(change: Partial<PreferenceValues>): void;
}

/** A missing or damaged file gives the defaults; a file that cannot be written is reported and lived with. */
export function openPreferences(file: string, report: (message: string) => void): Preferences {
  let values = read(file);
  return {
    get values() {
      return values;
    },
    update(change) {
      values = { ...values, ...change };
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(`${file}.new`, JSON.stringify(values, null, 2));
        renameSync(`${file}.new`, file);
      } catch (error) {
        report(`could not write ${file}: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

function read(file: string): PreferenceValues {
  try {
    return preferencesSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return preferencesSchema.parse({});
  }
}
