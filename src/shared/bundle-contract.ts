import { z } from "zod";
import type { BundleProgress } from "./model/bundle";
import { operation } from "./operation";

const id = z.string().min(1).max(1_000);
const bundle = z.strictObject({ bundleId: id });

/** The slice of a plan or a task as one file. */
export const bundleContract = {
  /** Asks where with the system's dialog and begins to write; null when the operator thinks better of it. */
  "bundles.write": operation<BundleProgress | null>()(
    z.strictObject({ kind: z.enum(["plan", "task"]), id, view: z.string().max(4_000).optional() }),
  ),
  "bundles.written": operation<BundleProgress>()(bundle),
  "bundles.stop": operation<BundleProgress>()(bundle),
} as const;
