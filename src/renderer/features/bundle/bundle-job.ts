import type { BundleProgress } from "../../../shared/model/bundle";
import { call } from "../../api";
import { createFileWriting } from "../../file-writing";
import { formatPlace, placeNow } from "../../location";
import { plural } from "../../ui/format";

const files = createFileWriting<BundleProgress>({
  ask: ({ bundleId }) => call("bundles.written", { bundleId }),
  stop: ({ bundleId }) => call("bundles.stop", { bundleId }),
  failed: "The bundle could not be written",
  stopped: { title: "Stopped", description: "No bundle was written." },
  done: ({ file, hidden }) => ({
    title: "Incident bundle written",
    description: `${file}.${hidden === 0 ? "" : ` ${plural(hidden, "secret")} written over.`}`,
  }),
});

/** The bundle that is being written; null: none is. */
export const useBundle = files.use;

/** Asks where to, writes the slice of a plan or a task there, and tells when it is done. */
export const makeBundle = (kind: "plan" | "task", id: string): Promise<void> =>
  files.write(() => call("bundles.write", { kind, id, view: formatPlace(placeNow()) }));

export const stopBundle = files.stop;
