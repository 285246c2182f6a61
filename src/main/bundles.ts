import manifest from "../../package.json";
import type { Handlers } from "../shared/contract";
import { HiveError, toErrorBody } from "../shared/errors";
import type { BundleProgress } from "../shared/model/bundle";
import { writeBundle } from "./core/operations/bundle";
import { getPlan } from "./core/operations/plans";
import { getTask } from "./core/operations/tasks";
import type { Store } from "./core/store/open";
import type { Dialogs } from "./dialogs";

/** Those that ended are asked for once more at most. */
const MOST_KEPT = 20;

export interface BundleServices {
  readonly store: Store;
  readonly dialogs: Pick<Dialogs, "saveFile">;
  readonly madeBy: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly nativeBinding: string | undefined;
}

/** What a bundle says it was made with. */
export function bundleVersions(): Record<string, string> {
  const { electron, node } = process.versions;
  return {
    hive: manifest.version,
    node,
    ...(electron === undefined ? {} : { electron }),
    platform: `${process.platform} ${process.arch}`,
  };
}

/** Bundles that this window writes. */
export function bundleHandlers({ store, dialogs, madeBy, versions, nativeBinding }: BundleServices) {
  const bundles = new Map<string, BundleProgress>();
  const aborts = new Map<string, AbortController>();

  const note = (bundleId: string, news: Partial<BundleProgress>): void => {
    const known = bundles.get(bundleId);
    if (known !== undefined) bundles.set(bundleId, { ...known, ...news });
  };

  function forget(): void {
    for (const [id, { state }] of bundles) {
      if (bundles.size <= MOST_KEPT) return;
      if (state !== "writing") bundles.delete(id);
    }
  }

  /** Throws `not_found`. */
  function known(bundleId: string): BundleProgress {
    const found = bundles.get(bundleId);
    if (found !== undefined) return found;
    throw new HiveError("not_found", `There is no bundle ${bundleId} in this window.`, { bundleId });
  }

  async function write(
    bundleId: string,
    request: { kind: "plan" | "task"; id: string; view: string | null; file: string },
  ) {
    const abort = new AbortController();
    aborts.set(bundleId, abort);
    try {
      const { hidden } = await writeBundle(store, {
        ...request,
        madeBy,
        versions,
        nativeBinding,
        signal: abort.signal,
        onProgress: (progress) => note(bundleId, progress),
      });
      note(bundleId, { state: "done", hidden });
    } catch (error) {
      note(
        bundleId,
        abort.signal.aborted ? { state: "stopped" } : { state: "failed", error: toErrorBody(error).message },
      );
    } finally {
      aborts.delete(bundleId);
    }
  }

  return {
    "bundles.write": async ({ kind, id, view = null }) => {
      const { title } = kind === "plan" ? getPlan(store, { planId: id }) : getTask(store, { taskId: id });
      const name = title
        .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
        .replaceAll(/^-|-$/g, "")
        .slice(0, 60)
        .toLowerCase();
      const file = await dialogs.saveFile("Save the incident bundle", `${name || kind}.hivebundle`);
      if (file === null) return null;
      const bundleId = store.newId();
      const begun: BundleProgress = { bundleId, file, state: "writing", rows: 0, logBytes: 0, hidden: 0, error: null };
      bundles.set(bundleId, begun);
      forget();
      void write(bundleId, { kind, id, view, file });
      return begun;
    },
    "bundles.written": ({ bundleId }) => known(bundleId),
    "bundles.stop": ({ bundleId }) => {
      aborts.get(bundleId)?.abort();
      return known(bundleId);
    },
  } satisfies Partial<Handlers>;
}
