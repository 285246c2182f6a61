import { z } from "zod";
import type { FileState, LikePreview, PlanDraft, RecentPlan, SaveOutcome } from "./model/plan-source";
import type { PlanPreview } from "./model/views";
import { operation } from "./operation";

const id = z.string().min(1).max(200);
const nothing = z.strictObject({});
const source = z.strictObject({ sourceId: id });

/** Characters of a plan's text. */
const LONGEST_PLAN = 4 * 1024 * 1024;

/** Plans before they are launched: where they come from, and their text while it is edited. Main holds the text. */
export const launchContract = {
  /** Files launched from this database or opened by this console before, the latest first. */
  "plans.recent": operation<readonly RecentPlan[]>()(nothing),
  /** Opens a file that main knows: a recent one, one dropped on the window, one of the command line. */
  "plans.openFile": operation<PlanPreview>()(z.strictObject({ fileId: id })),
  /** The plan as it was launched then, with the parameters given then; secrets are not kept and are asked for again. */
  "plans.openLike": operation<LikePreview>()(z.strictObject({ planId: id })),
  /** A plan that is in no file yet. */
  "plans.openNew": operation<PlanPreview>()(nothing),
  /** Takes an edited text in place of what the source had, and says what is wrong with it. The file stays as it is. */
  "plans.edit": operation<PlanPreview>()(source.extend({ text: z.string().max(LONGEST_PLAN) })),
  /** Writes an edited text into its file. One that was changed meanwhile is left alone, unless `overwrite`. */
  "plans.save": operation<SaveOutcome>()(source.extend({ overwrite: z.boolean().default(false) })),
  /** Asks for a file with the system's dialog and writes the text there; null when the operator thinks better of it. */
  "plans.saveAs": operation<PlanPreview | null>()(source),
  /** Whether a source's file still says what was read from it. */
  "plans.fileState": operation<FileState>()(source),
  /** Edited texts that are in no file yet. */
  "plans.drafts": operation<readonly PlanDraft[]>()(nothing),
} as const;
