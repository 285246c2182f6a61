import { create } from "zustand";
import type { BundleProgress } from "../../../shared/model/bundle";
import { call, messageOf } from "../../api";
import { formatPlace, placeNow } from "../../location";
import { plural } from "../../ui/format";
import { toast } from "../../ui/toast";

/** The bundle that is being written; null: none is. */
export const useBundle = create<{ readonly writing: BundleProgress | null }>()(() => ({ writing: null }));

const POLL_MS = 200;

/** Asks where to, writes the slice of a plan or a task there, and tells when it is done. */
export async function makeBundle(kind: "plan" | "task", id: string): Promise<void> {
  try {
    let latest = await call("bundles.write", { kind, id, view: formatPlace(placeNow()) });
    if (latest === null) return;
    while (latest.state === "writing") {
      useBundle.setState({ writing: latest });
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      latest = await call("bundles.written", { bundleId: latest.bundleId });
    }
    tell(latest);
  } catch (error) {
    toast.error("The bundle could not be written", { description: messageOf(error) });
  } finally {
    useBundle.setState({ writing: null });
  }
}

function tell({ state, file, hidden, error }: BundleProgress): void {
  if (state === "failed") toast.error("The bundle could not be written", { description: error ?? file });
  else if (state === "stopped") toast.info("Stopped", { description: "No bundle was written." });
  else {
    const redacted = hidden === 0 ? "" : ` ${plural(hidden, "secret")} written over.`;
    toast.success("Incident bundle written", { description: `${file}.${redacted}` });
  }
}

export async function stopBundle(bundleId: string): Promise<void> {
  try {
    await call("bundles.stop", { bundleId });
  } catch (error) {
    toast.error("Could not stop", { description: messageOf(error) });
  }
}
