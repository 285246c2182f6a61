import { create } from "zustand";
import { originKey, type PlanOrigin } from "../../../shared/model/plan-origin";
import type { PlanDraft, RecentPlan } from "../../../shared/model/plan-source";
import type { SamplePlan } from "../../../shared/model/views";
import { call } from "../../api";

interface SourcesState {
  readonly samples: readonly SamplePlan[] | null;
  readonly recent: readonly RecentPlan[];
  readonly drafts: readonly PlanDraft[];
  readonly error: unknown;
}

export const useSources = create<SourcesState>()(() => ({ samples: null, recent: [], drafts: [], error: null }));

export async function loadSources(): Promise<void> {
  try {
    const [samples, recent, drafts] = await Promise.all([
      useSources.getState().samples ?? call("plans.samples", {}),
      call("plans.recent", {}),
      call("plans.drafts", {}),
    ]);
    useSources.setState({ samples, recent, drafts, error: null });
  } catch (error) {
    useSources.setState({ error });
  }
}

/** The latest launch of a plan from this database; null: there is none. */
export function lastOf(recent: readonly RecentPlan[], origin: PlanOrigin): RecentPlan["last"] {
  const key = originKey(origin);
  return recent.find((plan) => originKey(plan.origin) === key)?.last ?? null;
}

export interface SourceGroup {
  readonly title: string;
  readonly items: readonly SourceItem[];
}

/** One plan that can be launched. */
export interface SourceItem {
  readonly key: string;
  readonly origin: PlanOrigin;
  readonly title: string;
  /** A file's name, beside its title. */
  readonly name: string | null;
  /** What it does, or where it lies. */
  readonly text: string;
  readonly count: number | null;
  readonly last: RecentPlan["last"];
  readonly isEdited: boolean;
  readonly isMissing: boolean;
}

/** What is in no list of its own goes first, then what was used before, then the samples; those that fit the words. */
export function groupSources(
  { samples, recent, drafts }: Pick<SourcesState, "samples" | "recent" | "drafts">,
  words: string,
): SourceGroup[] {
  const edited = new Set(drafts.map(({ origin }) => originKey(origin)));
  const files = recent.filter(({ origin }) => origin.kind === "file").map(recentItem);
  const known = new Set(files.map(({ key }) => key));
  const loose = drafts.filter(({ origin }) => origin.kind !== "sample" && !known.has(originKey(origin))).map(draftItem);
  const ofSamples = (samples ?? []).map((sample) => sampleItem(sample, recent));
  const asked = words.trim().toLowerCase();
  const fits = ({ title, name, text }: SourceItem): boolean =>
    `${title} ${name ?? ""} ${text}`.toLowerCase().includes(asked);
  return [
    { title: "Not saved", items: loose },
    { title: "Recent", items: files },
    { title: "Samples", items: ofSamples },
  ]
    .map(({ title, items }) => ({
      title,
      items: items.filter(fits).map((item) => ({ ...item, isEdited: edited.has(item.key) })),
    }))
    .filter(({ items }) => items.length > 0);
}

function recentItem({ origin, name, folder, last, isMissing }: RecentPlan): SourceItem {
  return {
    key: originKey(origin),
    origin,
    title: last?.title ?? name,
    name: last === null ? null : name,
    text: isMissing ? "The file is gone" : folder,
    count: null,
    last,
    isEdited: false,
    isMissing,
  };
}

function draftItem({ origin, name }: PlanDraft): SourceItem {
  const text = origin.kind === "like" ? "Edited, like an earlier run" : "In no file yet";
  const key = originKey(origin);
  return { key, origin, title: name, name: null, text, count: null, last: null, isEdited: true, isMissing: false };
}

function sampleItem({ name, title, description, taskCount }: SamplePlan, recent: readonly RecentPlan[]): SourceItem {
  const origin: PlanOrigin = { kind: "sample", name };
  return {
    key: originKey(origin),
    origin,
    title,
    name: null,
    text: description,
    count: taskCount,
    last: lastOf(recent, origin),
    isEdited: false,
    isMissing: false,
  };
}
